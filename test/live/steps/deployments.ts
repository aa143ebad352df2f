import { MINUTE, SECOND } from '../../../lambda-src/basics/time';
import { Variation } from '../app/variation';
import { StackEvent } from '../engine/engine';
import { Live, Version } from '../live';
import { expect } from '../outcome';
import { Step } from './step';

const replaced = (what: string, type: string, variation: (live: Live) => Variation): Step => ({
  name: `another ${what} replaces it, and leaves nothing of the former one`,
  run: async live => {
    const [before, former] = [await live.current(), await live.one(type)];
    await live.deploy({ ...live.variation, ...variation(live) });
    const current = await live.current();
    expect(await live.one(type) !== former, `the ${what} must be another one`);
    expect(current.credential.username !== before.credential.username, 'the credential must be of another key');
    await live.expectAccepted(current, 'the credential of the deployment');
    await live.until(`nothing is left of the former ${what}`, 5 * MINUTE, async () =>
      (await live.engine.leftOvers(live.options.prefix)).every(({ name }) => !name.split(' ').includes(nameOf(former))) || undefined);
  },
});

/** A secret is known by its ARN, which ends in six characters that are not of its name. */
const nameOf = (physicalId: string) => /:secret:(.*)-\w{6}$/.exec(physicalId)?.[1] ?? physicalId;

export const OTHER_USER = replaced('user', 'AWS::IAM::User', ({ options }) => ({ userName: `${options.prefix}-user-2` }));
export const OTHER_SECRET = replaced('secret', 'AWS::SecretsManager::Secret', ({ options }) => ({ secretName: `${options.prefix}-secret-2` }));
/** Names cannot be in both at a time: the construct gets others together with its id. */
export const OTHER_ID = replaced('construct', 'AWS::Lambda::Function', ({ options }) => ({
  id: 'Renamed', userName: `${options.prefix}-user-3`, secretName: `${options.prefix}-secret-3`,
}));

export const OTHER_FORMAT: Step = {
  name: 'another format is in a new credential when the deployment ends',
  run: async live => {
    const before = await live.rotate();
    await live.deploy(inOtherFormat(live));
    const current = await live.current();
    expect(current.id !== before.id, 'the deployment must have rotated');
    await live.expectAccepted(current, 'the credential of the deployment');
  },
};

export const CANCELLED: Step = {
  name: 'a deployment that is canceled leaves the credential from before it',
  run: async live => {
    const before = await live.rotate();
    const past = (await live.engine.stacks.events(live.stackName)).length;
    const since = live.clock.now();
    const deployment = live.deploy(inOtherFormat(live)).then(() => 'succeeded', () => 'failed');
    await live.until('CloudFormation waits for the credential', 15 * MINUTE, async () =>
      (await credentialEvents(live, past)).some(({ status }) => status === 'UPDATE_IN_PROGRESS') || undefined, 2 * SECOND);
    await live.engine.stacks.cancel(live.stackName);
    expect(await deployment === 'failed', 'the deployment must fail');
    await live.until('the stack is rolled back', 30 * MINUTE, async () => await live.engine.stacks.status(live.stackName) === 'UPDATE_ROLLBACK_COMPLETE' || undefined);
    live.find('cancelled-update', describeEvents(await credentialEvents(live, past), since));
    await expectAsBefore(live, before);
  },
};

export const ROLLED_BACK: Step = {
  name: 'a deployment that is rolled back leaves the credential from before it',
  run: async live => {
    const before = await live.rotate();
    const outcome = await live.deploy({ ...inOtherFormat(live), failsLater: true }).then(() => 'succeeded', () => 'failed');
    expect(outcome === 'failed', 'the deployment must fail');
    await expectAsBefore(live, before);
  },
};

/** Mail goes on, and the stack can be updated. */
async function expectAsBefore(live: Live, before: Version): Promise<void> {
  await live.until('the key from before is current', 20 * MINUTE, async () =>
    (await live.current()).credential.username === before.credential.username || undefined);
  await live.expectAccepted(await live.current(), 'the credential from before');
  expect(await live.engine.stacks.status(live.stackName) === 'UPDATE_ROLLBACK_COMPLETE', 'the stack must be one that can be updated');
}

/** After a rotation in the present one, no version is in the other format: the deployment has to rotate. */
function inOtherFormat({ variation }: Live): Variation {
  return { ...variation, text: !variation.text };
}

/** What has become of the custom resource since so many events of the stack. */
async function credentialEvents({ engine: { stacks }, stackName }: Live, past: number): Promise<StackEvent[]> {
  const custom = (await stacks.resources(stackName)).filter(({ type }) => /^Custom::|CustomResource$/.test(type)).map(({ logicalId }) => logicalId);
  return (await stacks.events(stackName)).slice(past).filter(({ logicalId }) => custom.includes(logicalId));
}

function describeEvents(events: readonly StackEvent[], since: number): string {
  return events.map(({ at, reason, status }) => `after ${Math.round((at - since) / SECOND)} s ${status}${reason === undefined ? '' : ` (${reason})`}`).join(', ');
}
