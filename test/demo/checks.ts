import { MailServer } from './mail-server';
import { Newsletter, RotationReport } from './newsletter';
import { heldKeys, keyIn } from './snapshot';
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
  checks.add('with a failing server, the second rotation was refused', !refused.succeeded);
  checks.add('the error names the failing server and none else',
    servers.every(({ instanceId }) => refused.error?.includes(instanceId) === (instanceId === broken.instanceId)));
  checks.add('AWSCURRENT stayed where it was', keyIn(after, CURRENT) === current);
  checks.add('the failing server still held the current credential', holds(broken.instanceId) === current);
  checks.add('the healthy servers held the pending one', healthy.every(({ instanceId }) => holds(instanceId) === pending));
  checks.add('mail went on from all servers', client.allAccepted(`after the ${refused.title}`, servers.length));
}

export async function checkEnd(
  checks: Checks, { client, servers }: Newsletter, first: RotationReport, { after, succeeded, title }: RotationReport,
): Promise<void> {
  const [current, previous] = [keyIn(after, CURRENT), keyIn(after, PREVIOUS)];
  const labels = after.versions.flatMap(version => version.labels);
  const isActive = (accessKeyId?: string) => after.keys.some(key => key.accessKeyId === accessKeyId && key.status === 'Active');
  checks.add(`the ${title} succeeded`, succeeded);
  checks.add('AWSCURRENT holds a new key, and it is active', isActive(current) && current !== keyIn(first.after, CURRENT));
  checks.add('AWSPREVIOUS holds the key of the first rotation', previous !== undefined && previous === keyIn(first.after, CURRENT));
  checks.add('AWSPENDING is gone', !labels.includes(PENDING));
  checks.add('all mail servers hold the key of AWSCURRENT', heldKeys(after).length === 1 && heldKeys(after)[0] === current);
  checks.add('no other line of their tables has changed', (await Promise.all(servers.map(server => server.keptOtherLines()))).every(Boolean));
  checks.add('the user has two access keys at most', after.keys.length <= 2);
  checks.add(`after the ${title}, SES accepted a message from every mail server`, client.allAccepted(`after the ${title}`, servers.length));
  checks.add('an application with the previous key can still send', client.allAccepted('with the previous key', 1));
  checks.add('mail went on with the previous key while the second rotation ran', client.deliveries.some(
    ({ accepted, accessKeyId, during }) => accepted && accessKeyId === previous && during === 'during the second rotation'));
  checks.add('SES has not refused a single message', client.deliveries.every(delivery => delivery.accepted));
}

/** Looks for every password and every secret access key, in every form, wherever a person could read one. */
export function checkSecrecy(checks: Checks, { aws: { functionLogs, world } }: Newsletter, rotations: RotationReport[]): void {
  const readable = JSON.stringify([functionLogs, world.ssm.commands.map(describeCommand), rotations]);
  checks.add('no password and no secret key is in a log, a command or this report', leaksIn(readable, world, [world.region]).length === 0);
}
