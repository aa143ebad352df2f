import { SecretVersion } from '../aws/secret-versions';
import type { Upkeep } from '../rotation/rotation';

/**
 * Begin the staging labels that tell since when a version has been out of use, and since when its key has been inactive:
 * no API tells either. They carry the time of the function's own clock, which is the one that they are compared with, and
 * count from the moment in which the function saw it: a grace that begins late ends late, and never early.
 */
const LABELS = { unused: 'SES_SMTP_UNUSED_', inactive: 'SES_SMTP_INACTIVE_' };

/** As `toISOString` writes it. */
const TIME_LENGTH = '2026-01-01T00:00:00.000Z'.length;

export type Grace = keyof typeof LABELS;

export function isGraceLabel(stage: string): boolean {
  return Object.values(LABELS).some(start => stage.startsWith(start));
}

/** The latest moment that is noted, as two invocations may have noted one each; undefined if there is none. */
export function notedAt({ stages }: SecretVersion, grace: Grace): number | undefined {
  const start = LABELS[grace];
  const times = stages.filter(stage => stage.startsWith(start)).map(stage => Date.parse(stage.slice(start.length, start.length + TIME_LENGTH)));
  return times.length === 0 ? undefined : Math.max(...times);
}

/** The moment that is noted; if there is none, it is this one, and noted. */
export async function since(upkeep: Upkeep, version: SecretVersion, grace: Grace): Promise<number> {
  return notedAt(version, grace) ?? note(upkeep, version, grace);
}

/** Notes that it is so from now on, and returns the present moment. */
export async function note({ clock, versions }: Upkeep, { id }: SecretVersion, grace: Grace): Promise<number> {
  const now = clock.now();
  await versions.attach(`${LABELS[grace]}${new Date(now).toISOString()}_${id}`, id);
  return now;
}

/** A label that stayed would keep its version, and what it refers to, for ever. */
export async function forget({ versions }: Upkeep, { id, stages }: Pick<SecretVersion, 'id' | 'stages'>): Promise<void> {
  for (const label of stages.filter(isGraceLabel)) await versions.detach(label, id);
}
