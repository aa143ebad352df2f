import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node' with { 'resolution-mode': 'import' };
import { cleanTree } from './clean-tree';
import { buildPackages, Packages } from './packages';
import { checkToolChains } from './tool-chains';

declare module 'vitest' {
  export interface ProvidedContext {
    readonly packages: Packages;
    /** A folder for the apps, outside of the repository. */
    readonly workshop: string;
  }
}

/** Builds the packages from a clean tree before the first test, and removes everything after the last one. */
export default async function ({ provide }: TestProject): Promise<() => void> {
  checkToolChains();
  const workshop = mkdtempSync(join(tmpdir(), 'languages-'));
  provide('workshop', workshop);
  provide('packages', await buildPackages(await cleanTree(join(workshop, 'tree'))));
  return () => rmSync(workshop, { recursive: true, force: true });
}
