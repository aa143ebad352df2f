import { describe, expect, it, vi } from 'vitest';
import {
  HEALTHY, leftBy, NEVER_PUSHED, ORPHAN, OUT_OF_SLOTS, PENDING_WITH_VALUE, PENDING_WITHOUT_VALUE, PREVIOUS_KEPT, PUSHED_TO_ONE, SAMPLE_STATES,
  SampleState, USER_NAME,
} from './sample-states';
import { importing, Takeover } from './takeover';
import { CredentialFormat, SmtpEndpoint } from '../../src';
import { canStrike, Fault, KILLED_AFTER, REPLY_LOST, REQUEST_LOST } from '../reliability/faults';
import { CANCEL_AND_CLEAN_UP, DEACTIVATE_CURRENT_KEY, Deed, DELETE_PENDING_KEY, EDIT_SECRET, EDIT_SECRET_BADLY, heal, justBefore } from '../reliability/people';
import { Point } from '../reliability/point';
import { describeViolation, keyIn } from '../reliability/promises';
import { CURRENT, holderOf, PENDING, PREVIOUS } from '../world';

// Hundreds of runs.
vi.setConfig({ testTimeout: 120_000 });

const KEPT = importing(USER_NAME, 'SESSendSecret', CredentialFormat.usernameColonPassword());
const TO_JSON = importing(USER_NAME, 'SESSendSecret', CredentialFormat.json());
const FORMATS = [{ format: 'username:password', setup: KEPT }, { format: 'JSON', setup: TO_JSON }];

/** In these, an error asks somebody to delete a key that is nobody's. */
const WITH_ORPHAN = [ORPHAN, PENDING_WITHOUT_VALUE];

async function takeOver(state: SampleState, setup: typeof KEPT): Promise<Takeover> {
  return new Takeover(setup, await leftBy(state));
}

describe('the sample leaves', () => {
  it.each([
    { state: HEALTHY, keys: 1, labels: [CURRENT], held: [CURRENT, CURRENT] },
    { state: NEVER_PUSHED, keys: 2, labels: [CURRENT, PREVIOUS], held: [PREVIOUS, PREVIOUS] },
    { state: PUSHED_TO_ONE, keys: 2, labels: [CURRENT, PREVIOUS], held: [CURRENT, PREVIOUS] },
    { state: OUT_OF_SLOTS, keys: 2, labels: [CURRENT, PREVIOUS], held: [PREVIOUS, PREVIOUS], isPending: true },
    { state: PREVIOUS_KEPT, keys: 2, labels: [CURRENT, PREVIOUS], held: [CURRENT, CURRENT] },
    { state: ORPHAN, keys: 2, labels: [CURRENT], held: [CURRENT, CURRENT] },
    { state: PENDING_WITHOUT_VALUE, keys: 2, labels: [CURRENT], held: [CURRENT, CURRENT], isPending: true },
    { state: PENDING_WITH_VALUE, keys: 2, labels: [CURRENT, PENDING], held: [CURRENT, CURRENT], isPending: true },
  ])('$state.name', async ({ state, keys, labels, held, isPending = false }) => {
    const takeover = await takeOver(state, KEPT);
    const { pending, secret, servers } = takeover.lab;
    const keyAt = (label: string) => keyIn(holderOf(secret, label));
    expect(takeover.keys).toHaveLength(keys);
    expect([CURRENT, PENDING, PREVIOUS].filter(label => takeover.keys.includes(keyAt(label) ?? '')).sort()).toEqual([...labels].sort());
    expect(servers.map(({ heldCredential }) => heldCredential?.username)).toEqual(held.map(keyAt));
    expect(pending !== undefined && pending !== takeover.lab.current).toBe(isPending);
  });
});

describe.each(FORMATS)('taking over the sample, to $format', ({ format, setup }) => {
  it.each(SAMPLE_STATES)('keeps mail flowing and ends with the current credential on every server: $name', async state => {
    const takeover = await takeOver(state, setup);
    const { lab } = takeover;
    const isGivenUp = state === PENDING_WITH_VALUE && format === 'JSON';
    expect(await heal(lab)).toBe(WITH_ORPHAN.includes(state) || isGivenUp ? 1 : 0);
    lab.promises.checkConverged();
    expect(await takeover.live()).toEqual([]);
    lab.promises.checkConverged();
    lab.promises.checkRetired();
    lab.promises.checkSecrecy();
    expect(takeover.refused).toEqual([]);
    expect(lab.promises.violations.map(describeViolation)).toEqual([]);
    expect(takeover.keys).toHaveLength(1);
    expect(lab.current?.value?.SecretString).toMatch(format === 'JSON' ? /^{"username":"AKIA/ : /^AKIA\w+:B/);
  });

  it('needs nobody once a pending version was cleaned up', async () => {
    const takeover = await takeOver(PENDING_WITH_VALUE, setup);
    DELETE_PENDING_KEY.do(takeover.lab);
    CANCEL_AND_CLEAN_UP.do(takeover.lab);
    expect(await heal(takeover.lab)).toBe(0);
    expect(await takeover.live()).toEqual([]);
    expect(takeover.refused).toEqual([]);
    expect(takeover.lab.promises.violations.map(describeViolation)).toEqual([]);
  });
});

it('goes back to the credential of the sample by a moved label, within the grace', async () => {
  const takeover = await takeOver(HEALTHY, KEPT);
  const { lab } = takeover;
  const [old] = takeover.keys;
  await lab.rotate();
  await lab.watch();
  const previous = holderOf(lab.secret, PREVIOUS)!;
  lab.world.secretsManager.moveLabel(lab.secret, CURRENT, { from: lab.current?.id, to: previous.id });
  lab.promises.noteEdit();
  expect(keyIn(lab.current)).toBe(old);
  expect(await takeover.live()).toEqual([]);
  lab.promises.checkConverged();
  expect(takeover.refused).toEqual([]);
  expect(lab.promises.violations.map(describeViolation)).toEqual([]);
});

describe('a current credential of the sample that cannot be given to servers', () => {
  const renamed = importing(USER_NAME, 'SESSendSecret', CredentialFormat.json({ fields: { username: 'user', password: 'password' } }));
  const rewritten: Deed = {
    name: 'somebody writes it in another form',
    do: ({ current }) => {
      const [username, password] = current!.value!.SecretString!.split(':');
      current!.value = { SecretString: JSON.stringify({ username, password }) };
    },
  };
  const abroad = { ...TO_JSON, props: (...args: Parameters<typeof TO_JSON.props>) => ({ ...TO_JSON.props(...args), endpoint: SmtpEndpoint.regional({ region: 'us-east-1' }) }) };

  it.each([
    { name: 'its key is inactive', setup: TO_JSON, spoil: DEACTIVATE_CURRENT_KEY, says: /the AWSCURRENT credential cannot replace it: .* put one that works there by hand/ },
    { name: 'it is for another region', setup: abroad, says: /the AWSCURRENT credential cannot replace it: .* if the endpoint was changed, change it back/ },
    { name: 'it is in another format', setup: renamed, spoil: rewritten, says: /AWSCURRENT has no credential in the configured format .* put one there by hand/ },
  ])('stops the rotation, which says what to do, and leaves both keys as they are: $name', async ({ setup, spoil, says }) => {
    const takeover = await takeOver(NEVER_PUSHED, setup);
    const { lab, keys } = takeover;
    spoil?.do(lab);
    const { attempts } = await lab.rotate({ maxAttempts: 2 });
    expect(attempts.map(([{ error }]) => (error as Error).message)).toEqual([expect.stringMatching(says), expect.stringMatching(says)]);
    expect(takeover.keys).toEqual(keys);
    expect(lab.promises.violations.map(describeViolation)).toEqual([]);
  });
});

describe('taking over the sample while anything goes wrong', () => {
  const faults = [KILLED_AFTER, REPLY_LOST, REQUEST_LOST, justBefore(EDIT_SECRET), justBefore(CANCEL_AND_CLEAN_UP)];

  it.each([
    { state: NEVER_PUSHED, deeds: [justBefore(EDIT_SECRET_BADLY)] },
    // Of the two keys that servers hold, the secret would mention one: nobody but a person knows the other.
    { state: PUSHED_TO_ONE, deeds: [] },
  ])('keeps mail flowing, at any moment of the first rotation: $state.name', async ({ state, deeds }) => {
    const calm = await takeOver(state, TO_JSON);
    await calm.lab.rotate();
    const broken: string[] = [];
    for (const point of calm.lab.points) {
      for (const fault of [...faults, ...deeds].filter(candidate => canStrike(candidate, point))) {
        const { lab, refused } = await disturbed(state, point, fault);
        const found = [...lab.promises.violations.map(describeViolation), ...refused];
        broken.push(...found.map(what => `${point.number} ${point.step} ${point.name}, ${fault.name}: ${what}`));
      }
    }
    expect(broken).toEqual([]);
  });

  async function disturbed(state: SampleState, { number }: Point, fault: Fault): Promise<Takeover> {
    const takeover = await takeOver(state, TO_JSON);
    const { lab } = takeover;
    lab.faultAt = point => point.number === number ? fault : undefined;
    await lab.rotate({ maxAttempts: 2 });
    await lab.watchThroughGrace();
    lab.calmDown();
    // A left-over of an imported user takes one more piece of advice.
    await heal(lab);
    await heal(lab);
    lab.promises.checkConverged();
    return takeover;
  }
});
