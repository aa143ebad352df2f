import { MINUTE, SECOND } from '../../../lambda-src/basics/time';
import { Live, SIMULATOR, Version } from '../live';
import { expect } from '../outcome';
import { Step } from './step';

/** Longer than Secrets Manager's retries are known to take. */
const RETRIES_WITHIN = 30 * MINUTE;

export const MISSING_SERVER: Step = {
  name: 'a server that is missing keeps a credential from becoming current',
  run: async live => {
    const before = await live.current();
    await live.deploy({ ...live.variation, missingServer: true });
    await failedRotation(live, before);
    await live.deploy({ ...live.variation, missingServer: false });
    await live.startRotation();
    await live.expectAccepted(await live.newVersion(before), 'the credential after the retry');
  },
};

export const BROKEN_SERVER: Step = {
  name: 'a broken server keeps a credential from becoming current, and every server sends',
  run: async live => {
    const [before, [broken]] = [await live.current(), await serversOf(live)];
    await live.engine.servers.break(broken);
    try {
      await failedRotation(live, before);
      await everyServerSends(live);
    } finally {
      await live.engine.servers.repair(broken);
    }
    await live.startRotation();
    await live.newVersion(before);
    await everyServerSends(live);
  },
};

export const SERVERS_READY: Step = {
  name: 'two Linux servers are known to Systems Manager, and set up',
  isNeeded: true,
  run: async live => {
    await live.until('Systems Manager knows both servers', 15 * MINUTE, async () => (await serversOf(live)).length === 2 || undefined);
    await live.until('Postfix runs on both servers', 15 * MINUTE, async () =>
      (await Promise.all((await serversOf(live)).map(async id => live.engine.servers.isSetUp(id)))).every(ready => ready) || undefined, 15 * SECOND);
  },
};

export const FLEETS_JOIN: Step = {
  name: 'fleets are added, and a rotation gives every server its credential',
  isNeeded: true,
  run: async live => {
    await live.deploy({ ...live.variation, servers: true });
    await live.expectAccepted(await live.rotate(), 'the credential that the servers have');
    await everyServerSends(live);
  },
};

async function serversOf({ engine, options: { prefix } }: Live): Promise<string[]> {
  return engine.servers.ready(prefix);
}

async function everyServerSends(live: Live): Promise<void> {
  const { sender } = live;
  if (sender === undefined) return;
  for (const id of await serversOf(live)) {
    const answer = await live.engine.servers.send(id, { from: sender, to: SIMULATOR });
    expect(answer === 'sent', `a server must be able to send, got ${answer}`);
  }
}

/** A rotation that fails in setSecret, until Secrets Manager has given it up. */
async function failedRotation(live: Live, before: Version): Promise<void> {
  const token = await live.startRotation();
  const start = live.clock.now();
  const failures = async () => failuresOf(live, token);
  await live.until('the rotation fails', 15 * MINUTE, async () => (await failures()).length > 0 || undefined);
  await live.clock.sleep(RETRIES_WITHIN);
  const times = (await failures()).map(at => `${Math.round((at - start) / SECOND)} s`);
  live.find('retries', `${times.length} attempts failed within ${RETRIES_WITHIN / MINUTE} minutes, ${times.join(', ')} after RotateSecret`);
  live.find('pending-after-failure', `AWSPENDING ${(await live.labels()).get('AWSPENDING') === token ? 'stays on the version' : 'is gone from the version'} of a rotation that has failed`);
  const current = await live.current();
  expect(current.id === before.id, 'AWSCURRENT must be as before');
  await live.expectAccepted(current, 'the current credential');
}

/** When each attempt ended. */
async function failuresOf(live: Live, token: string): Promise<number[]> {
  const lines = await live.functionLines();
  return lines.filter(({ text }) => text.includes('step failed') && text.includes(token)).map(({ at }) => at);
}
