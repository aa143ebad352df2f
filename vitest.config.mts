import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** `npm run test:deep`: what takes minutes. */
const DEEP = [
  'test/cost/**/*.test.ts',
  'test/demo/**/*.test.ts',
  'test/docs/examples.test.ts',
  'test/lambda-src/fleet/ten-thousand-servers.test.ts',
  'test/lambda-src/documents/postfix.test.ts',
  'test/lambda-src/documents/two-regions.test.ts',
  'test/lifecycle/replacements-rolled-back.test.ts',
  'test/live/**/*.test.ts',
  'test/migrating/**/*.test.ts',
  'test/reliability/**/*.test.ts',
];

export default defineConfig({
  resolve: {
    alias: { 'cdk-ses-smtp-credential-rotation': fileURLToPath(new URL('src/index.ts', import.meta.url)) },
  },
  test: {
    pool: 'forks',
    // By default, one core is left idle: half of those that a small machine has.
    maxWorkers: '100%',
    // CDK and the AWS SDK are loaded once for each worker, not for each file.
    isolate: false,
    testTimeout: 30_000,
    reporters: ['default', 'json'],
    outputFile: { json: 'test-results/results.json' },
    projects: [
      { extends: true, test: { name: 'quick', include: ['test/**/*.test.ts'], exclude: DEEP } },
      { extends: true, test: { name: 'deep', include: DEEP } },
    ],
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts', 'lambda-src/**/*.ts'],
      exclude: ['test/**'],
      reporter: ['text-summary', 'json-summary'],
      reportsDirectory: 'coverage',
      thresholds: { lines: 100, functions: 100, branches: 100, statements: 100 },
    },
  },
});
