import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node' with { 'resolution-mode': 'import' };
import { cleanTree } from './clean-tree';
import { buildPackages, Packages } from './packages';
import { testableLanguages } from './tool-chains';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Those that this machine has the tools of. */
    readonly languages: string[];
    readonly packages: Packages;
    /** A folder for the apps, outside of the repository. */
    readonly workshop: string;
  }
}

/** Builds the packages from a clean tree before the first test, and removes everything after the last one. */
export default async function ({ provide }: TestProject): Promise<() => void> {
  const languages = testableLanguages();
  provide('languages', languages);
  const workshop = mkdtempSync(join(tmpdir(), 'languages-'));
  provide('workshop', workshop);
  provide('packages', await buildPackages(await cleanTree(join(workshop, 'tree')), languages));
  return () => rmSync(workshop, { recursive: true, force: true });
}
