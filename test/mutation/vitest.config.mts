import { defineConfig } from 'vitest/config';

/** For Stryker: the tests that load `lambda-src/` into their own process, and so meet the mutants. */
export default defineConfig({
  test: {
    include: ['test/lambda-src/**/*.test.ts'],
    // Loading CDK and the AWS SDK once for each run, not for each file: a run is a mutant.
    isolate: false,
    // A test takes milliseconds in virtual time: whatever takes seconds waits for ever.
    testTimeout: 5_000,
    hookTimeout: 10_000,
  },
});
