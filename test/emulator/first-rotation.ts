import { expect } from 'vitest';
import { Emulator } from './emulator';
import { MailStack } from './stack';

const STEPS = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'];

/** Deploys, and checks what the first rotation must have done. */
export async function deployAndCheck(emulator: Emulator, stack: MailStack): Promise<void> {
  await stack.deploy();
  const { username } = await stack.current();
  await expectEveryServerHas(emulator, username);
  expectSteps(emulator, 0);
}

export async function expectEveryServerHas(emulator: Emulator, username: string): Promise<void> {
  expect(await emulator.fleet.usernames()).toEqual([username, username, username]);
}

/** Secrets Manager has called the function for the four steps since then, each of them once. */
export function expectSteps(emulator: Emulator, since: number): void {
  const events = emulator.functions.events.slice(since) as { readonly Step?: string }[];
  expect(events.flatMap(({ Step }) => Step ?? [])).toEqual(STEPS);
}
