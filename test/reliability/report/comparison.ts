import { Run, singles } from '../campaign';
import { SYSTEM_FAULTS } from '../faults';
import { Violation } from '../promises';
import { SAMPLE, SAMPLE_STACK } from '../sample/subject';
import { OURS, Subject } from '../subject';

/** How a run can end, in the words of someone who runs mail servers. */
const OUTCOMES: Record<string, (violation: Violation) => boolean> = {
  'a credential was promoted that servers did not have': ({ promise }) => promise === 'P3',
  'a rotation was reported as successful, but servers did not have its credential': ({ promise, what }) => promise === 'P5' && what.includes('does not hold'),
  'the rotation without a fault failed as well': ({ promise, what }) => promise === 'P5' && what.startsWith('an undisturbed rotation failed'),
  'an unknown key was left over': ({ promise, what }) => promise === 'P5' && what.includes('left over'),
  'a key in use was removed': ({ promise }) => promise === 'P1' || promise === 'P2',
  'a log, an error or a command showed a password or secret key': ({ promise }) => promise === 'P7',
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
