import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const root = fileURLToPath(new URL('../..', import.meta.url));

export default defineConfig({
  root,
  resolve: {
    alias: { 'cdk-ses-smtp-credential-rotation': `${root}src/index.ts` },
  },
  test: {
    include: ['test/fidelity/**/*.fidelity.ts'],
    globalSetup: ['test/fidelity/global-setup.ts'],
    pool: 'forks',
    // One moto for all of them, and it is reset before every sequence.
    fileParallelism: false,
    reporters: ['default', ['json', { outputFile: 'test-results/fidelity.json' }]],
    testTimeout: 30_000,
  },
});
