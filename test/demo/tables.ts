import { DemoReport } from './story';
import { table } from './table';

/** The report for a person. */
export function reportTables(report: DemoReport): string {
  return [rotations(report), versions(report), keys(report), servers(report), messages(report), checks(report)].join('\n\n');
}

function rotations({ rotations: all }: DemoReport): string {
  return table('Rotations', ['', 'result', 'seconds', 'steps'], all.map(({ title, succeeded, seconds, steps }) => [
    title, succeeded ? 'done' : 'refused', seconds.toFixed(1), steps.map(step => `${step.step} ${step.seconds.toFixed(1)} s`).join(', '),
  ]));
}

function versions({ end }: DemoReport): string {
  return table('Versions of the secret', ['version', 'labels', 'access key'],
    end.versions.map(({ id, labels, accessKeyId }) => [id, labels.join(', '), accessKeyId ?? 'none']));
}

function keys({ end }: DemoReport): string {
  return table('Access keys of the user', ['access key', 'state', 'in version'],
    end.keys.map(({ accessKeyId, status, labels }) => [accessKeyId, status, labels.join(', ') || 'none']));
}

function servers({ end }: DemoReport): string {
  return table('Mail servers', ['server', 'logs in with'], end.servers.map(({ instanceId, accessKeyId }) => [instanceId, accessKeyId ?? 'nothing']));
}

function messages({ messages: counts }: DemoReport): string {
  return table('Messages', ['', 'accepted', 'refused'], counts.map(({ when, accepted, refused }) => [when, String(accepted), String(refused)]));
}

function checks({ checks: all, passed, seconds }: DemoReport): string {
  const lines = all.map(check => `  ${check.passed ? '✓' : '✗'} ${check.sentence}`);
  const result = passed ? 'Everything is as it must be' : `${all.filter(check => !check.passed).length} checks FAILED`;
  return ['Checks', ...lines, '', `${result} (${seconds.toFixed(1)} s).`].join('\n');
}
