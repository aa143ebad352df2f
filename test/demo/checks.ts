import { MailServer } from './mail-server';
import { GraceReport, Newsletter, RotationReport } from './newsletter';
import { heldKeys, keyIn, Snapshot } from './snapshot';
import { describeCommand, leaksIn } from '../reliability/leaks';
import { CURRENT, PENDING, PREVIOUS } from '../world';

/** Something that must be true, in words. */
export interface Check {
  readonly sentence: string;
  readonly passed: boolean;
}

export class Checks {
  public readonly all: Check[] = [];

  public get passed(): boolean {
    return this.all.every(check => check.passed);
  }

  public add(sentence: string, passed: boolean): void {
    this.all.push({ sentence, passed });
  }
}

export function checkFirst(checks: Checks, { client, servers }: Newsletter, { succeeded, after, title }: RotationReport): void {
  checks.add('the first rotation made a working credential out of nothing', succeeded && keyIn(after, CURRENT) !== undefined);
  checks.add('after the first rotation, SES accepted a message from every mail server', client.allAccepted(`after the ${title}`, servers.length));
}

export function checkRefused(
  checks: Checks, { client, servers }: Newsletter,
  { first, refused, broken }: { first: RotationReport; refused: RotationReport; broken: MailServer },
): void {
  const { after } = refused;
  const [current, pending] = [keyIn(first.after, CURRENT), keyIn(after, PENDING)];
  const holds = (instanceId: string) => after.servers.find(server => server.instanceId === instanceId)?.accessKeyId;
  const healthy = servers.filter(server => server !== broken);
  checks.add('with a failing server, the second rotation failed', !refused.succeeded);
  checks.add('the error names the failing server and no other',
    servers.every(({ instanceId }) => refused.error?.includes(instanceId) === (instanceId === broken.instanceId)));
  checks.add('AWSCURRENT stayed where it was', keyIn(after, CURRENT) === current);
  checks.add('the failing server still held the current credential', holds(broken.instanceId) === current);
  checks.add('the healthy servers held the pending one', healthy.every(({ instanceId }) => holds(instanceId) === pending));
  checks.add('all servers kept sending', client.allAccepted(`after the ${refused.title}`, servers.length));
}

/** A rotation that succeeded, and the one before it. */
export async function checkReplaced(
  checks: Checks, { client, servers }: Newsletter, before: RotationReport, { after, loginsInARow, succeeded, timeline, title }: RotationReport,
): Promise<void> {
  const [current, previous] = [keyIn(after, CURRENT), keyIn(after, PREVIOUS)];
  const labels = after.versions.flatMap(version => version.labels);
  const isActive = (accessKeyId?: string) => after.keys.some(key => key.accessKeyId === accessKeyId && key.status === 'Active');
  const check = (sentence: string, passed: boolean) => checks.add(`${title}: ${sentence}`, passed);
  check('it succeeded', succeeded);
  check('SES accepted three logins in a row with the new key before any server got it', loginsInARow >= 3);
  check('AWSCURRENT moved only after every server had confirmed the new key', isPromotedLast(timeline, current));
  check('testSecret logged in once more with the new key', timeline.notes.some(
    ({ message, step }) => step === 'testSecret' && message === 'login accepted'));
  check('AWSCURRENT holds a new, active key', isActive(current) && current !== keyIn(before.after, CURRENT));
  check('AWSPREVIOUS holds the previous key', previous !== undefined && previous === keyIn(before.after, CURRENT));
  check('AWSPENDING is gone', !labels.includes(PENDING));
  check('every mail server holds the key of AWSCURRENT', heldKeys(after).length === 1 && heldKeys(after)[0] === current);
  check('no other version has the label SES_SMTP_DELIVERED', deliveredKeys(after).every(key => key === current));
  check('no other line of their tables changed', (await Promise.all(servers.map(server => server.keptOtherLines()))).every(Boolean));
  check('afterwards, SES accepted a message from every mail server', client.allAccepted(`after the ${title}`, servers.length));
  check('the servers kept sending with the previous key while it ran', client.deliveries.some(
    ({ accepted, accessKeyId, during }) => accepted && accessKeyId === previous && during === `during the ${title}`));
  check('an application with the previous key can still send', client.allAccepted(`with the previous key, after the ${title}`, 1));
}

/** IAM allows two keys, so a third rotation needs the slot of the first key. */
export function checkSlot(checks: Checks, first: RotationReport, { after, title }: RotationReport): void {
  const expected = [keyIn(after, CURRENT), keyIn(after, PREVIOUS)];
  checks.add(`${title}: the user has the keys of AWSCURRENT and AWSPREVIOUS and no others`,
    after.keys.length === 2 && after.keys.every(({ accessKeyId }) => expected.includes(accessKeyId)));
  checks.add(`${title}: the key of the first rotation is gone, because its slot was needed`,
    after.keys.every(({ accessKeyId }) => accessKeyId !== keyIn(first.after, CURRENT)));
}

export function checkGrace(checks: Checks, { client, servers }: Newsletter, last: RotationReport, { afterGrace, end, problems }: GraceReport): void {
  const [current, previous] = [keyIn(last.after, CURRENT), keyIn(last.after, PREVIOUS)];
  const statusOf = (accessKeyId?: string) => afterGrace.keys.find(key => key.accessKeyId === accessKeyId)?.status;
  checks.add('after its grace period, the previous key was inactive', statusOf(previous) === 'Inactive' && statusOf(current) === 'Active');
  checks.add('a day later, it was gone', end.keys.length === 1 && end.keys[0].accessKeyId === current);
  checks.add('the watchdog found nothing wrong', problems.length === 0);
  checks.add('after the grace period, SES accepted a message from every mail server', client.allAccepted('after the grace period', servers.length));
  checks.add('SES rejected no message', client.deliveries.every(delivery => delivery.accepted));
}

/** Looks for every password and every secret access key, in every form, wherever a person could read one. */
export function checkSecrecy(checks: Checks, { aws: { functionLogs, world } }: Newsletter, rotations: RotationReport[]): void {
  const readable = JSON.stringify([functionLogs, world.ssm.commands.map(describeCommand), rotations]);
  checks.add('no password or secret key is in a log, a command or this report', leaksIn(readable, world, [world.region]).length === 0);
}

/** Whether the label moved after the last server had reported. */
function isPromotedLast({ labels, runs }: RotationReport['timeline'], current: string | undefined): boolean {
  const promotedAt = labels.find(({ keys }) => keys[CURRENT] === current)?.at ?? -Infinity;
  return current !== undefined && runs.every(({ accessKeyId, ended }) => accessKeyId !== current || ended <= promotedAt);
}

function deliveredKeys({ versions }: Snapshot): (string | undefined)[] {
  return versions.filter(({ labels }) => labels.some(label => label.startsWith('SES_SMTP_DELIVERED_'))).map(({ accessKeyId }) => accessKeyId);
}
