import { Check, Checks } from './checks';
import { MailServer } from './mail-server';
import { Newsletter, RotationReport } from './newsletter';
import { heldKeys, keyIn, Snapshot } from './snapshot';
import { expectedPassword } from '../world/ses-smtp';

export interface DemoReport {
  readonly passed: boolean;
  readonly seconds: number;
  readonly rotations: RotationReport[];
  /** The state at the end. */
  readonly end: Snapshot;
  readonly messages: MessageCount[];
  readonly checks: Check[];
}

export interface MessageCount {
  readonly when: string;
  readonly accepted: number;
  readonly refused: number;
}

const CURRENT = 'AWSCURRENT';

/** Rotates twice, and finds out whether everything is as it must be. */
export async function tellStory(newsletter: Newsletter, failServer: boolean): Promise<DemoReport> {
  const start = Date.now();
  const checks = new Checks();
  const first = await newsletter.rotate('first rotation');
  checkFirst(checks, newsletter, first);
  const kept = await newsletter.servers[0].credential();
  const others = failServer ? await rotateWithBrokenServer(checks, newsletter, first) : [await newsletter.rotate('second rotation')];
  if (kept) await newsletter.client.send(kept, 'an application', 'with the previous key');
  const end = others[others.length - 1];
  await checkEnd(checks, newsletter, first, end);
  checkSecrecy(checks, newsletter);
  const seconds = (Date.now() - start) / 1000;
  return { passed: checks.passed, seconds, rotations: [first, ...others], end: end.after, messages: countMessages(newsletter), checks: checks.all };
}

async function rotateWithBrokenServer(checks: Checks, newsletter: Newsletter, first: RotationReport): Promise<RotationReport[]> {
  const broken = newsletter.servers[1];
  await broken.fillDisk();
  const refused = await newsletter.rotate('second rotation');
  checkRefused(checks, newsletter, { first, refused, broken });
  await broken.freeDisk();
  const retry = await newsletter.rotate('retry of the second rotation');
  checks.add('the retry went on with the same version of the secret', retry.token === refused.token);
  return [refused, retry];
}

function checkFirst(checks: Checks, { client, servers }: Newsletter, { succeeded, after, title }: RotationReport): void {
  checks.add('the first rotation made a working credential out of nothing', succeeded && keyIn(after, CURRENT) !== undefined);
  checks.add('after it, SES accepted a message from every mail server', client.allAccepted(`after the ${title}`, servers.length));
}

function checkRefused(
  checks: Checks, { client, servers }: Newsletter,
  { first, refused, broken }: { first: RotationReport; refused: RotationReport; broken: MailServer },
): void {
  const { after } = refused;
  const [current, pending] = [keyIn(first.after, CURRENT), keyIn(after, 'AWSPENDING')];
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

async function checkEnd(checks: Checks, { client, servers }: Newsletter, first: RotationReport, { after, succeeded, title }: RotationReport) {
  const [current, previous] = [keyIn(after, CURRENT), keyIn(after, 'AWSPREVIOUS')];
  const labels = after.versions.flatMap(version => version.labels);
  const isActive = (accessKeyId?: string) => after.keys.some(key => key.accessKeyId === accessKeyId && key.status === 'Active');
  checks.add('the second rotation succeeded', succeeded);
  checks.add('AWSCURRENT holds a new key, and it is active', isActive(current) && current !== keyIn(first.after, CURRENT));
  checks.add('AWSPREVIOUS holds the key of the first rotation', previous !== undefined && previous === keyIn(first.after, CURRENT));
  checks.add('AWSPENDING is gone', !labels.includes('AWSPENDING'));
  checks.add('all mail servers hold the key of AWSCURRENT', heldKeys(after).length === 1 && heldKeys(after)[0] === current);
  checks.add('no other line of their tables has changed', (await Promise.all(servers.map(server => server.keptOtherLines()))).every(Boolean));
  checks.add('the user has two access keys at most', after.keys.length <= 2);
  checks.add('after it, SES accepted a message from every mail server', client.allAccepted(`after the ${title}`, servers.length));
  checks.add('an application with the previous key can still send', client.allAccepted('with the previous key', 1));
  checks.add('mail went on with the previous key while the second rotation ran', client.deliveries.some(
    ({ accepted, accessKeyId, during }) => accepted && accessKeyId === previous && during === 'during the second rotation'));
  checks.add('SES has not refused a single message', client.deliveries.every(delivery => delivery.accepted));
}

/** Looks for every password and every secret access key wherever a person could read one. */
function checkSecrecy(checks: Checks, { aws: { functionLogs, world } }: Newsletter): void {
  const secrets = world.iam.issuedSecrets.flatMap(secret => [secret, expectedPassword(secret, world.region)]);
  const readable = JSON.stringify([functionLogs, world.ssm.commands.map(command => [command.request, command.invocations.map(({ steps }) => steps)])]);
  checks.add('no password and no secret key is in a log or a command', !secrets.some(secret => readable.includes(secret)));
}

function countMessages({ client: { deliveries } }: Newsletter): MessageCount[] {
  return [...new Set(deliveries.map(({ during }) => during))].map(when => {
    const those = deliveries.filter(({ during }) => during === when);
    const accepted = those.filter(delivery => delivery.accepted).length;
    return { when, accepted, refused: those.length - accepted };
  });
}
