import type { TestProject } from 'vitest/node' with { 'resolution-mode': 'import' };
import { ACCOUNT } from './account';
import { MotoProcess } from './moto-process';

declare module 'vitest' {
  export interface ProvidedContext {
    readonly motoUrl: string;
  }
}

/** Starts moto before the first test, and ends it after the last one. */
export default async function ({ provide }: TestProject): Promise<() => Promise<void>> {
  const moto = await MotoProcess.start(ACCOUNT);
  provide('motoUrl', moto.url);
  return async () => moto.stop();
}
