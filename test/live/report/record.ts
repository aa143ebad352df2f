import { anonymous } from './anonymous';
import { Finding, StepResult } from '../outcome';
import { passed, SuiteReport } from '../suite';

export interface RunFacts {
  readonly engine: string;
  readonly isLocal: boolean;
  readonly prefix: string;
  readonly region?: string;
  readonly identity?: string;
  readonly fleet: boolean;
  readonly windows: boolean;
}

/** A run as it is published: without account ids, key ids and names. */
export interface LiveRecord {
  readonly version: 1;
  /** The day. */
  readonly at: string;
  readonly engine: string;
  readonly region: string;
  readonly with: string[];
  readonly passed: boolean;
  readonly steps: StepResult[];
  readonly findings: Finding[];
  /** How many things of each kind were left. */
  readonly left: Record<string, number>;
}

export function recordOf(report: SuiteReport, facts: RunFacts, at: Date): LiveRecord {
  const { fleet, identity, prefix, windows } = facts;
  const clean = (text: string) => anonymous(text, { prefix, identity });
  return {
    version: 1,
    at: at.toISOString().slice(0, 10),
    engine: facts.engine,
    region: facts.region ?? 'local',
    with: [...identity === undefined ? [] : ['identity'], ...fleet ? ['fleet'] : [], ...windows ? ['windows'] : []],
    passed: passed(report),
    steps: report.steps.map(step => step.error === undefined ? step : { ...step, error: clean(step.error) }),
    findings: report.findings.map(({ answer, id }) => ({ id, answer: clean(answer) })),
    left: countsOf(report.leftOvers.map(({ kind }) => kind)),
  };
}

function countsOf(kinds: readonly string[]): Record<string, number> {
  return Object.fromEntries([...new Set(kinds)].map(kind => [kind, kinds.filter(each => each === kind).length]));
}
