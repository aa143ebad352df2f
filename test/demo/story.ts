import { Check, checkFirst, checkGrace, checkRefused, checkReplaced, Checks, checkSecrecy, checkSlot } from './checks';
import { GraceReport, Newsletter, RotationReport } from './newsletter';
import { keyIn, Snapshot } from './snapshot';
import { CURRENT } from '../world';

export interface DemoReport {
  readonly passed: boolean;
  readonly seconds: number;
  readonly rotations: RotationReport[];
  readonly grace: GraceReport;
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

/** Rotates three times, lets a grace period pass, and checks what came of it. */
export async function tellStory(newsletter: Newsletter, failServer: boolean): Promise<DemoReport> {
  const start = Date.now();
  const checks = new Checks();
  const first = await newsletter.rotate('first rotation');
  checkFirst(checks, newsletter, first);
  const others = failServer ? await rotateWithBrokenServer(checks, newsletter, first) : [await rotate(newsletter, 'second rotation', first)];
  const second = others[others.length - 1];
  await checkReplaced(checks, newsletter, first, second);
  const third = await rotate(newsletter, 'third rotation', second);
  await checkReplaced(checks, newsletter, second, third);
  checkSlot(checks, first, third);
  const rotations = [first, ...others, third];
  const grace = await newsletter.passGrace();
  checkGrace(checks, newsletter, third, grace);
  checkSecrecy(checks, newsletter, rotations);
  const seconds = (Date.now() - start) / 1000;
  return { passed: checks.passed, seconds, rotations, grace, end: grace.end, messages: countMessages(newsletter), checks: checks.all };
}

/** Rotates, then sends a message with the previous key, as an application does that has not read the secret again. */
async function rotate(newsletter: Newsletter, title: string, before: RotationReport): Promise<RotationReport> {
  const held = await Promise.all(newsletter.servers.map(async server => server.credential()));
  const kept = held.find(credential => credential?.username === keyIn(before.after, CURRENT));
  const report = await newsletter.rotate(title);
  if (kept) await newsletter.client.send(kept, 'an application', `with the previous key, after the ${title}`);
  return report;
}

async function rotateWithBrokenServer(checks: Checks, newsletter: Newsletter, first: RotationReport): Promise<RotationReport[]> {
  const broken = newsletter.servers[1];
  await broken.fillDisk();
  const refused = await newsletter.rotate('second rotation');
  checkRefused(checks, newsletter, { first, refused, broken });
  await broken.freeDisk();
  const retry = await rotate(newsletter, 'retry of the second rotation', first);
  checks.add('the retry went on with the same version of the secret', retry.token === refused.token);
  return [refused, retry];
}

function countMessages({ client }: Newsletter): MessageCount[] {
  const occasions = new Set(client.deliveries.map(({ during }) => during));
  return [...occasions].map(when => ({ when, ...client.count(when) }));
}
