import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { ALL_RUNS, killAtEveryRequest, KillReport } from './kills';

const PATIENCE = 300_000;
const CRASH_ONLY_MISTAKE = join(__dirname, 'assumes-delivered');
const SERVICES_USED = ['ListAccessKeys', 'CreateAccessKey', 'GetSecretValue', 'PutSecretValue', 'UpdateSecretVersionStage', 'AUTH'];

let shipped: KillReport;
let mistaken: KillReport;

beforeAll(async () => {
  [shipped, mistaken] = await Promise.all([
    killAtEveryRequest(),
    killAtEveryRequest({ runs: [{ stack: 'a fleet of two', rotation: 'first' }], codeDirectory: CRASH_ONLY_MISTAKE }),
  ]);
}, PATIENCE);

/** The very file that users deploy, in a process that really dies. */
describe('the bundled function', () => {
  it.each(ALL_RUNS.map((run, index) => ({ ...run, index })))(
    'survives SIGKILL before and after the effect of each request of the $rotation rotation: $stack', ({ index }) => {
      const { boundaries, kills, violations } = shipped.results[index];
      expect(violations).toEqual([]);
      expect(boundaries).toEqual(expect.arrayContaining(SERVICES_USED));
      expect(kills).toBe(2 * boundaries.length);
    });

  it('is killed while it frees a key slot, and while mail servers change over', () => {
    const { boundaries } = shipped.results[ALL_RUNS.findIndex(({ stack, rotation }) => stack === 'a fleet of two' && rotation === 'third')];
    expect(boundaries).toEqual(expect.arrayContaining(['DeleteAccessKey', 'SendCommand', 'ListCommands', 'ListCommandInvocations']));
  });
});

describe('a function that takes a version that it has begun to hand out for one that all servers have', () => {
  it('keeps every promise while nobody kills it', () => {
    const [{ boundaries, kills, violations }] = mistaken.results;
    expect(violations.filter(violation => violation.startsWith('undisturbed'))).toEqual([]);
    expect(kills).toBe(2 * boundaries.length);
  });

  it('is caught by the kills', () => {
    expect(mistaken.results[0].violations).toContainEqual(expect.stringMatching(/killed at SendCommand .*before its reply: P3 .* has not taken it/));
  });
});
