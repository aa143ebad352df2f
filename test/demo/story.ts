import { Check, checkEnd, checkFirst, checkRefused, Checks, checkSecrecy } from './checks';
import { Newsletter, RotationReport } from './newsletter';
import { Snapshot } from './snapshot';

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
  const rotations = [first, ...others];
  checkSecrecy(checks, newsletter, rotations);
  const seconds = (Date.now() - start) / 1000;
  return { passed: checks.passed, seconds, rotations, end: end.after, messages: countMessages(newsletter), checks: checks.all };
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

function countMessages({ client }: Newsletter): MessageCount[] {
  const occasions = new Set(client.deliveries.map(({ during }) => during));
  return [...occasions].map(when => ({ when, ...client.count(when) }));
}
