import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  test: {
    include: ['test/mail-servers/**/*.mail-servers.ts'],
    globalSetup: ['test/mail-servers/global-setup.ts'],
    pool: 'forks',
    // A machine has one of them at a time: installing one removes the other.
    fileParallelism: false,
    reporters: ['default', ['json', { outputFile: 'test-results/mail-servers.json' }]],
    testTimeout: 120_000,
    hookTimeout: 180_000,
  },
});
