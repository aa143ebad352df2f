import { DemoReport } from './story';
import { table } from './table';

/** Rows of cells under a title. */
export interface ReportTable {
  readonly title: string;
  readonly head: string[];
  readonly rows: string[][];
}

/** The report for a person who reads a terminal. */
export function reportText(report: DemoReport): string {
  const tables = [rotations(report), ...stateTables(report)];
  return [...tables.map(({ title, head, rows }) => table(title, head, rows)), checks(report)].join('\n\n');
}

/** How everything is at the end. */
export function stateTables(report: DemoReport): ReportTable[] {
  return [versions(report), keys(report), servers(report), messages(report)];
}

/** Whether all is well, in a sentence. */
export function verdict({ checks: all, passed, seconds }: DemoReport): string {
  return `${passed ? 'All checks passed' : `${all.filter(check => !check.passed).length} checks FAILED`} (${seconds.toFixed(1)} s).`;
}

function rotations({ rotations: all }: DemoReport): ReportTable {
  return {
    title: 'Rotations',
    head: ['', 'result', 'seconds', 'steps'],
    rows: all.map(({ title, succeeded, seconds, timeline: { steps } }) => [
      title, succeeded ? 'done' : 'refused', seconds.toFixed(1), steps.map(({ step, began, ended }) => `${step} ${(ended - began).toFixed(1)} s`).join(', '),
    ]),
  };
}

function versions({ end }: DemoReport): ReportTable {
  return {
    title: 'Versions of the secret',
    head: ['version', 'labels', 'access key'],
    rows: end.versions.map(({ id, labels, accessKeyId }) => [id, labels.join(', '), accessKeyId ?? 'none']),
  };
}

function keys({ end }: DemoReport): ReportTable {
  return {
    title: 'Access keys of the user',
    head: ['access key', 'state', 'in version'],
    rows: end.keys.map(({ accessKeyId, status, labels }) => [accessKeyId, status, labels.join(', ') || 'none']),
  };
}

function servers({ end }: DemoReport): ReportTable {
  return {
    title: 'Mail servers',
    head: ['server', 'logs in with'],
    rows: end.servers.map(({ instanceId, accessKeyId }) => [instanceId, accessKeyId ?? 'nothing']),
  };
}

function messages({ messages: counts }: DemoReport): ReportTable {
  return {
    title: 'Messages',
    head: ['', 'accepted', 'refused'],
    rows: counts.map(({ when, accepted, refused }) => [when, String(accepted), String(refused)]),
  };
}

function checks(report: DemoReport): string {
  return ['Checks', ...report.checks.map(check => `  ${check.passed ? '✓' : '✗'} ${check.sentence}`), '', verdict(report)].join('\n');
}
