import { beforeAll, describe, expect, it } from 'vitest';
import { DemoRun, runDemo } from './run-demo';
import { Snapshot } from './snapshot';

const PATIENCE = 90_000;

function failedChecks({ report }: DemoRun): string[] {
  return report.checks.filter(check => !check.passed).map(check => check.sentence);
}

function keyWith(label: string, { versions }: Snapshot): string | undefined {
  return versions.find(version => version.labels.includes(label))?.accessKeyId;
}

/** The whole library at once: the synthesized template, the bundled function, the document's script, real SMTP. */
describe('the demo', () => {
  let undisturbed: DemoRun;
  let disturbed: DemoRun;

  beforeAll(async () => {
    [undisturbed, disturbed] = await Promise.all([runDemo(), runDemo('--fail-server')]);
  }, PATIENCE);

  it('carries a credential from nothing to promoted, three times', () => {
    expect(undisturbed).toMatchObject({ exitCode: 0 });
    expect(failedChecks(undisturbed)).toEqual([]);
    expect(undisturbed.report.rotations.map(rotation => rotation.succeeded)).toEqual([true, true, true]);
    expect(undisturbed.report.rotations[1].timeline.steps.map(({ step }) => step)).toEqual(['createSecret', 'setSecret', 'testSecret', 'finishSecret']);
  });

  it('leaves one credential in use and the one before it working, until its grace is over', () => {
    const { end, grace: { afterGrace }, rotations } = undisturbed.report;
    const { after } = rotations[2];
    const [current, previous] = ['AWSCURRENT', 'AWSPREVIOUS'].map(label => keyWith(label, after));
    const { id } = after.versions.find(({ labels }) => labels.includes('AWSCURRENT'))!;
    const inUse = { accessKeyId: current, status: 'Active', labels: ['AWSCURRENT', `SES_SMTP_DELIVERED_${id}`] };
    expect(current).not.toBe(previous);
    expect(after.servers.map(server => server.accessKeyId)).toEqual([current, current, current]);
    expect(after.keys).toEqual([{ accessKeyId: previous, status: 'Active', labels: ['AWSPREVIOUS'] }, inUse]);
    expect(afterGrace.keys).toEqual([expect.objectContaining({ accessKeyId: previous, status: 'Inactive' }), inUse]);
    expect(end.keys).toEqual([inUse]);
  });

  it('loses no message meanwhile', () => {
    for (const { report } of [undisturbed, disturbed]) {
      expect(report.messages.every(count => count.accepted > 0 && count.refused === 0)).toBe(true);
    }
  });

  it('refuses a rotation that one mail server does not take, and heals with the retry', () => {
    const [first, refused, retry] = disturbed.report.rotations;
    expect(failedChecks(disturbed)).toEqual([]);
    expect(disturbed.exitCode).toBe(0);
    expect(refused.succeeded).toBe(false);
    expect(refused.error).toContain('1 of 3 mail servers did not apply the credential');
    const holders = refused.after.versions.filter(version => version.labels.includes('AWSCURRENT'));
    expect(holders.map(version => version.accessKeyId)).toEqual([first.after.keys[0].accessKeyId]);
    expect(retry).toMatchObject({ succeeded: true, token: refused.token });
  });
});

it('says what it takes when it is given anything else', async () => {
  for (const options of [['--fast'], ['page.html'], ['--report', 'page.html', 'other.html']]) {
    const { exitCode, stderr } = await runDemo(...options);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('usage: npm run demo [-- [--json] [--fail-server] [--report [file]]]');
  }
}, PATIENCE);
