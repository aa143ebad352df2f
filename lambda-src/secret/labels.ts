/** The staging labels that Secrets Manager moves. */
export const CURRENT = 'AWSCURRENT';
export const PENDING = 'AWSPENDING';
export const PREVIOUS = 'AWSPREVIOUS';

/**
 * The start of the staging labels on versions that a mail server may hold, even if their rotation fails. A label ends in the
 * version's id. A labeled version refers to its key, so the key does not count as left over.
 */
const DELIVERED = 'SES_SMTP_DELIVERED_';

/**
 * The start of the staging labels that record since when a version has been out of use, and since when its key has been
 * inactive. No API reports either. The times come from the function's own clock, with which they are compared, and count
 * from when the function noticed: a grace period that begins late ends late, never early.
 */
const GRACE = { unused: 'SES_SMTP_UNUSED_', inactive: 'SES_SMTP_INACTIVE_' };

/** The start of a staging label on the current version that records since when another one has been pending without a value. No API reports that. */
const EMPTY = 'SES_SMTP_EMPTY_';

/** The start of the staging label that names CloudFormation's running request. */
const DEPLOYMENT = 'SES_SMTP_DEPLOYMENT_';

/** As `toISOString` writes it. */
const TIME_LENGTH = '2026-01-01T00:00:00.000Z'.length;

export type Grace = keyof typeof GRACE;

/** What the labels say about a version. */
export interface Labelled {
  readonly stages: readonly string[];
}

export function isCurrent({ stages }: Labelled): boolean {
  return stages.includes(CURRENT);
}

export function isPending({ stages }: Labelled): boolean {
  return stages.includes(PENDING);
}

export function isPrevious({ stages }: Labelled): boolean {
  return stages.includes(PREVIOUS);
}

/** Whether the rotation of a version has begun and not ended. AWSPENDING can stay on a version that has become current. */
export function isUnfinished(version: Labelled): boolean {
  return isPending(version) && !isCurrent(version);
}

/** Whether the documents of this library apply a version. */
export function isAppliedByServers(version: Labelled): boolean {
  return isPending(version) || isCurrent(version);
}

/** Whether a mail server may hold a version's credential. */
export function isDelivered({ stages }: Labelled): boolean {
  return stages.some(isDeliveryLabel);
}

/** Whether a version is in use, or about to be. Labels of other people count, because they may use the version. */
export function isNeeded({ stages }: Labelled): boolean {
  return stages.some(stage => stage !== PREVIOUS && !isOwnLabel(stage));
}

/** Whether a version is in use or a mail server may hold it, which is so from its delivery until all servers have confirmed another version. */
export function isInUse(version: Labelled): boolean {
  return isNeeded(version) || isDelivered(version);
}

export function isDeliveryLabel(stage: string): boolean {
  return stage.startsWith(DELIVERED);
}

export function isGraceLabel(stage: string): boolean {
  return Object.values(GRACE).some(start => stage.startsWith(start));
}

export function isDeploymentLabel(stage: string): boolean {
  return stage.startsWith(DEPLOYMENT);
}

export function isEmptyLabel(stage: string): boolean {
  return stage.startsWith(EMPTY);
}

/** Whether only this library needs the label. */
export function isOwnLabel(stage: string): boolean {
  return isDeliveryLabel(stage) || isGraceLabel(stage) || isDeploymentLabel(stage) || isEmptyLabel(stage);
}

export function deliveryLabel(versionId: string): string {
  return `${DELIVERED}${versionId}`;
}

export function deploymentLabel(requestId: string): string {
  return `${DEPLOYMENT}${requestId}`;
}

export function graceLabel(grace: Grace, moment: number, versionId: string): string {
  return `${GRACE[grace]}${new Date(moment).toISOString()}_${versionId}`;
}

export function emptyLabel(moment: number, versionId: string): string {
  return `${EMPTY}${new Date(moment).toISOString()}_${versionId}`;
}

/** Since when a version has been pending without a value, by the labels of another one; undefined if they do not record it. */
export function emptySince({ stages }: Labelled, versionId: string): number | undefined {
  const label = stages.find(stage => isEmptyLabel(stage) && stage.endsWith(versionId));
  return label === undefined ? undefined : momentIn(label, EMPTY);
}

/** The latest time in the labels, because two invocations may each have attached one; undefined if there is none. */
export function graceMoment({ stages }: Labelled, grace: Grace): number | undefined {
  const start = GRACE[grace];
  const times = stages.filter(stage => stage.startsWith(start)).map(stage => momentIn(stage, start));
  return times.length === 0 ? undefined : Math.max(...times);
}

function momentIn(label: string, start: string): number {
  return Date.parse(label.slice(start.length, start.length + TIME_LENGTH));
}

/** A version by its id. It has no labels if it is not among the labeled ones. */
export function labelledIn(stages: ReadonlyMap<string, readonly string[]>, id: string): Labelled {
  return { stages: stages.get(id) ?? [] };
}

/** The id of the labeled version whose labels fit. */
export function holderOf(stages: ReadonlyMap<string, readonly string[]>, fits: (version: Labelled) => boolean): string | undefined {
  return [...stages].find(([, labels]) => fits({ stages: labels }))?.[0];
}
