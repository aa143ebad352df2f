import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: {
    alias: { 'cdk-ses-smtp-credential-rotation': fileURLToPath(new URL('src/index.ts', import.meta.url)) },
  },
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    // By default, one core is left idle: half of those that a small machine has.
    maxWorkers: '100%',
    reporters: ['default', ['json', { outputFile: 'test-results/results.json' }]],
    testTimeout: 30_000,
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
