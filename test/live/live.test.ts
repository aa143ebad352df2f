import { describe, expect, it } from 'vitest';
import { LocalEngine } from './engine/local-engine';
import { QUESTIONS, WINDOWS_QUESTIONS } from './report/questions';
import { runSuite } from './suite';
import { buildVariant } from '../reliability/known-bad/build';
import { Replacement } from '../reliability/known-bad/replacement';
import { PROMOTES_FIRST, RETIRES_NO_KEY } from '../reliability/known-bad/variants';

const OPTIONS = { prefix: 'ses-live-test', identity: 'example.com', windows: false, say: () => undefined };
const never = new AbortController().signal;

describe('the live suite against the local AWS', () => {
  it.each([false, true])('passes, answers every question, and leaves nothing; with a fleet and Windows: %s', async servers => {
    const options = { ...OPTIONS, fleet: servers, windows: servers, signal: never };
    const { findings, interrupted, leftOvers, steps } = await runSuite(new LocalEngine(), options);
    expect(steps.filter(({ outcome }) => outcome !== 'passed')).toEqual([]);
    const questions = { ...QUESTIONS, ...servers ? WINDOWS_QUESTIONS : {} };
    expect([...new Set(findings.map(({ id }) => id))].sort()).toEqual(Object.keys(questions).sort());
    expect({ interrupted, leftOvers }).toEqual({ interrupted: false, leftOvers: [] });
  });
});

describe('an interrupted run', () => {
  it.each([
    ['the first deployment'],
    ['a revoked key'],
    ['another user'],
    ['a deployment that is canceled'],
    ['a server that is missing'],
  ])('during "%s" leaves nothing', async name => {
    const controller = new AbortController();
    const say = (text: string) => { if (text.includes(`… ${name}`)) setImmediate(() => controller.abort(new Error('interrupted'))); };
    const { interrupted, leftOvers, steps } = await runSuite(new LocalEngine(), { ...OPTIONS, fleet: false, say, signal: controller.signal });
    expect({ interrupted, leftOvers }).toEqual({ interrupted: true, leftOvers: [] });
    expect(steps.find(step => step.name.startsWith(name))).toMatchObject({ outcome: 'failed', error: 'interrupted' });
    expect(steps.at(-1)).toMatchObject({ outcome: 'not run' });
  });
});

interface BrokenFunction {
  readonly name: string;
  readonly replacements: readonly Replacement[];
  /** The beginning of the name of the step that must fail. */
  readonly step: string;
  /** Kinds of things that must be left. */
  readonly left?: readonly string[];
}

const BROKEN: readonly BrokenFunction[] = [
  { name: 'promotes before servers confirm', step: 'a server that is missing', replacements: [PROMOTES_FIRST] },
  { name: 'retires no key', step: 'the previous key', replacements: [RETIRES_NO_KEY] },
  {
    name: 'leaves the keys to the stack',
    step: 'the stack is deleted',
    left: ['access key', 'stack', 'user'],
    replacements: [{ module: 'lifecycle/teardown', function: 'tearDown', as: 'async () => undefined' }],
  },
  {
    name: 'revokes a key and leaves it active',
    step: 'a revoked key',
    replacements: [{ module: 'lifecycle/revocation', function: 'revokeKey', as: 'async (context, accessKeyId) => { await startRotation(context); return { revoked: accessKeyId }; }' }],
  },
  {
    name: 'asks for the keys of somebody else',
    step: 'AWS has denied nothing',
    replacements: [{
      module: 'rotation/test-secret', function: 'testSecret', as: "async ({ keys }) => { await keys.ofUser('somebody').list().catch(() => undefined); }",
    }],
  },
];

describe('a function with a mistake', () => {
  it.each(BROKEN)('that $name is caught', async ({ left = [], name, replacements, step }) => {
    const { invoke } = await buildVariant({ name: `live ${name}`, replacements });
    const { leftOvers, steps } = await runSuite(new LocalEngine(invoke), { ...OPTIONS, fleet: false, signal: never });
    expect(steps.filter(({ outcome }) => outcome === 'failed').map(each => each.name)).toContainEqual(expect.stringMatching(new RegExp(`^${step}`)));
    expect([...new Set(leftOvers.map(({ kind }) => kind))].sort()).toEqual(left);
  });
});
