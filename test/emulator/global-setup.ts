import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node' with { 'resolution-mode': 'import' };
import { pythonWithLocalEmu } from './python';
import { ROOT as REPOSITORY } from '../languages/clean-tree';
import { onlyFile } from '../languages/packages';
import { run } from '../languages/program';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The Python that has LocalEmu and the AWS CLI. */
    readonly python: string;
    /** An app that has the package as npm would send it. */
    readonly app: string;
  }
}

/** Makes what the tests need before the first one, and removes it after the last one; the Python packages stay. */
export default async function ({ provide }: TestProject): Promise<() => void> {
  provide('python', pythonWithLocalEmu());
  const workshop = mkdtempSync(join(tmpdir(), 'emulator-'));
  provide('app', await appWithPackage(workshop));
  return () => rmSync(workshop, { recursive: true, force: true });
}

async function appWithPackage(workshop: string): Promise<string> {
  const app = join(workshop, 'app');
  mkdirSync(app);
  cpSync(join(__dirname, 'app'), app, { recursive: true });
  await run('npm', ['pack', '--ignore-scripts', '--pack-destination', workshop], { cwd: REPOSITORY });
  await run('npm', ['install', '--no-audit', '--no-fund', 'aws-cdk-lib@^2', 'constructs@^10', onlyFile(workshop, '.tgz')], { cwd: app });
  return app;
}
