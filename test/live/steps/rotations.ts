import { MINUTE } from '../../../lambda-src/basics/time';
import { REVOKE_EVENT } from '../../../src/private/rotation-contract';
import { GRACE } from '../app/credential-stack';
import { probeStackOf } from '../app/names';
import { Live } from '../live';
import { expect } from '../outcome';
import { Step } from './step';

export const FIRST_DEPLOYMENT: Step = {
  name: 'the first deployment ends with a credential that works',
  isNeeded: true,
  run: async live => {
    await live.deploy({}, probeStackOf(live.options));
    await live.deploy();
    const current = await live.current();
    await live.expectAccepted(current, 'the first credential');
    const keys = await live.keys();
    expect(keys.length === 1 && keys[0].active && keys[0].id === current.credential.username,
      `the user must have one key, the one in AWSCURRENT, got ${describeKeys(keys)}`);
  },
};

export const SECOND_ROTATION: Step = {
  name: 'a second rotation makes another key current, and both work',
  run: async live => {
    const before = await live.current();
    const after = await live.rotate();
    expect(after.credential.username !== before.credential.username, 'the new version must hold another key');
    await live.expectAccepted(after, 'the new credential');
    await live.expectAccepted(before, 'the previous credential');
    expect((await live.keys()).length === 2, 'the user must have two keys');
    live.find('pending-after-success', (await live.labels()).get('AWSPENDING') === after.id ? 'it stays' : 'it is gone');
  },
};

export const GRACE_PERIOD: Step = {
  name: 'the previous key works until its grace period ends, and then no longer',
  run: async live => {
    const { previous } = live;
    expect(previous !== undefined, 'no rotation has left a previous key');
    await live.watch();
    await live.clock.sleep(GRACE.toMilliseconds() - 3 * MINUTE);
    await live.expectAccepted(previous, 'the previous credential, shortly before its grace period ends');
    await live.clock.sleep(4 * MINUTE);
    await live.watch();
    const keys = await live.keys();
    expect(keys.some(({ active, id }) => !active && id === previous.credential.username), `the previous key must be inactive, got ${describeKeys(keys)}`);
    await live.expectRefused(previous, 'the previous credential');
    await live.expectAccepted(await live.current(), 'the current credential');
  },
};

export const REVOCATION: Step = {
  name: 'a revoked key is inactive at once, and a rotation follows',
  run: async live => {
    const leaked = await live.current();
    const answer = await live.engine.invoke(await live.functionName(), { ...REVOKE_EVENT, accessKeyId: leaked.credential.username });
    expect(JSON.stringify(answer) === JSON.stringify({ revoked: leaked.credential.username }), `the function must answer that the key is revoked, got ${JSON.stringify(answer)}`);
    const keys = await live.keys();
    expect(keys.every(({ active, id }) => !active || id !== leaked.credential.username), `the key must be inactive at once, got ${describeKeys(keys)}`);
    await live.expectRefused(leaked, 'the revoked credential');
    await live.expectAccepted(await live.newVersion(leaked), 'the credential after it');
  },
};

export function describeKeys(keys: Awaited<ReturnType<Live['keys']>>): string {
  return keys.map(({ active }, index) => `key ${index + 1} ${active ? 'active' : 'inactive'}`).join(', ') || 'none';
}
