import { expect, it } from 'vitest';
import { unexpected } from './campaign';
import { huntInDeployments, KNOWN_BAD_DEPLOYMENTS } from './known-bad';

it.each(KNOWN_BAD_DEPLOYMENTS)('catches a function that $name', async variant => {
  const { run } = await huntInDeployments(variant);
  expect(run ? unexpected(run).map(({ promise }) => promise) : []).toContain(variant.promise);
}, 300_000);
