import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const root = fileURLToPath(new URL('../..', import.meta.url));

export default defineConfig({
  root,
  resolve: {
    alias: { 'cdk-ses-smtp-credential-rotation': `${root}src/index.ts` },
  },
  test: {
    include: ['test/languages/**/*.languages.ts'],
    globalSetup: ['test/languages/global-setup.ts'],
    pool: 'forks',
    // Compilers use all cores and much memory as it is.
    fileParallelism: false,
    reporters: ['default', ['json', { outputFile: 'test-results/languages.json' }]],
    testTimeout: 600_000,
    hookTimeout: 900_000,
  },
});
