import { Run, singles } from '../campaign';
import { SYSTEM_FAULTS } from '../faults';
import { Violation } from '../promises';
import { SAMPLE, SAMPLE_STACK } from '../sample/subject';
import { OURS, Subject } from '../subject';

/** What can become of a run, as somebody who runs mail servers would say it. */
const OUTCOMES: Record<string, (violation: Violation) => boolean> = {
  'a credential was promoted that servers did not have': ({ promise }) => promise === 'P3',
  'a rotation was reported as done, and servers did not have its credential': ({ promise, what }) => promise === 'P5' && what.includes('does not hold'),
  'no rotation succeeds any more, although nothing goes wrong any more': ({ promise, what }) => promise === 'P5' && what.startsWith('an undisturbed rotation failed'),
  'a key is left that nobody knows of': ({ promise, what }) => promise === 'P5' && what.includes('left over'),
  'a key that was in use is gone': ({ promise }) => promise === 'P1' || promise === 'P2',
  'a password or secret key was to be read in logs, errors or commands': ({ promise }) => promise === 'P7',
};

export interface Comparison {
  readonly subjects: string[];
  /** Without any fault first. */
  readonly runs: number[];
  readonly rows: { readonly outcome: string; readonly runs: number[] }[];
}

/** The same faults, over the same stack: an empty secret and two servers, with the SDK's own retries. */
export async function compareWithSample(): Promise<Comparison> {
  const subjects = [OURS, SAMPLE];
  const runs = await Promise.all(subjects.map(disturb));
  const rows = Object.entries(OUTCOMES).map(([outcome, isIt]) => ({
    outcome,
    runs: runs.map(all => all.filter(({ violations }) => violations.some(isIt)).length),
  }));
  return { subjects: subjects.map(({ name }) => name), runs: runs.map(all => all.length), rows };
}

async function disturb(subject: Subject): Promise<Run[]> {
  return singles(SAMPLE_STACK, SYSTEM_FAULTS, { subject, sdkRetries: true });
}
