import { expect, it, vi } from 'vitest';
import { BROKEN_FUNCTIONS, bundleBroken } from './broken-functions';
import { demonstrate } from './demonstration';
import { Progress } from './progress';

// In real time, all at once.
vi.setConfig({ testTimeout: 180_000, maxConcurrency: BROKEN_FUNCTIONS.length });

/** Without a failing server, as `npm run demo` runs. */
it.concurrent.each(BROKEN_FUNCTIONS)('the demo rejects a function that $name', async broken => {
  const codeDirectory = await bundleBroken(broken);
  const { checks, passed } = await demonstrate({ failServer: false, progress: new Progress(() => undefined), codeDirectory });
  const failed = checks.filter(check => !check.passed).map(({ sentence }) => sentence);
  expect(passed).toBe(false);
  expect(failed).toContainEqual(expect.stringContaining(broken.check));
});
