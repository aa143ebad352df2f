import { fileURLToPath } from 'node:url';
import { defineConfig, type ViteUserConfig } from 'vitest/config';

const root = fileURLToPath(new URL('..', import.meta.url));

/** What tests are given to end in, in milliseconds. */
interface Patience {
  readonly testTimeout: number;
  readonly hookTimeout?: number;
}

/** Tests with a command of their own: those in a folder that end in its name, one file after the other, after its global set-up. */
export function suite(name: string, patience: Patience): ViteUserConfig {
  return defineConfig({
    root,
    resolve: {
      alias: { 'cdk-ses-smtp-credential-rotation': `${root}src/index.ts` },
    },
    test: {
      include: [`test/${name}/**/*.${name}.ts`],
      globalSetup: [`test/${name}/global-setup.ts`],
      pool: 'forks',
      fileParallelism: false,
      reporters: ['default', ['json', { outputFile: `test-results/${name}.json` }]],
      ...patience,
    },
  });
}
