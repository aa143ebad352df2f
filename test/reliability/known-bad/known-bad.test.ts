import { expect, it } from 'vitest';
import { hunt } from './hunt';
import { KNOWN_BAD } from './variants';

it.each(KNOWN_BAD)('catches a function that $name', async variant => {
  const { run } = await hunt(variant);
  expect(run?.violations.map(({ promise }) => promise)).toContain(variant.promise);
}, 300_000);
