import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node' with { 'resolution-mode': 'import' };
import { Registries, startRegistries } from './registries';
import { rehearse, Rehearsal } from './rehearsal';
import { testableLanguages } from '../languages/tool-chains';

declare module 'vitest' {
  export interface ProvidedContext {
    readonly registries: Registries;
    readonly rehearsal: Rehearsal;
  }
}

/** Releases before the first test, and removes everything after the last one, or after a release that fails. */
export default async function ({ provide }: TestProject): Promise<() => Promise<void>> {
  const languages = testableLanguages();
  const workshop = mkdtempSync(join(tmpdir(), 'release-'));
  const closing = [async () => rmSync(workshop, { recursive: true, force: true })];
  const close = async () => { for (const step of closing) await step(); };
  try {
    const { registries, stop } = await startRegistries(join(workshop, 'registries'));
    closing.unshift(stop);
    provide('languages', languages);
    provide('workshop', workshop);
    provide('registries', registries);
    provide('rehearsal', await rehearse(workshop, registries, languages));
    return close;
  } catch (error) {
    await close();
    throw error;
  }
}
