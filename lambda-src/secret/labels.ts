/** The staging labels that Secrets Manager moves. */
export const CURRENT = 'AWSCURRENT';
export const PENDING = 'AWSPENDING';
export const PREVIOUS = 'AWSPREVIOUS';

/**
 * Begins the staging labels of the versions that a mail server may hold, whatever becomes of their rotation, and
 * ends in the version's id. A labelled version refers to its key, so that nobody takes the key for a left-over.
 */
const DELIVERED = 'SES_SMTP_DELIVERED_';

/**
 * Begin the staging labels that tell since when a version has been out of use, and since when its key has been inactive:
 * no API tells either. They carry the time of the function's own clock, which is the one that they are compared with, and
 * count from the moment in which the function saw it: a grace that begins late ends late, and never early.
 */
const GRACE = { unused: 'SES_SMTP_UNUSED_', inactive: 'SES_SMTP_INACTIVE_' };

/** Begins the staging label of the current version that tells since when another one has been pending without a value: no API tells. */
const EMPTY = 'SES_SMTP_EMPTY_';

/** Begins the staging label that names the request of CloudFormation which is under way. */
const DEPLOYMENT = 'SES_SMTP_DEPLOYMENT_';

/** As `toISOString` writes it. */
const TIME_LENGTH = '2026-01-01T00:00:00.000Z'.length;

export type Grace = keyof typeof GRACE;

/** A version, as far as its labels tell. */
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

/** Whether a rotation that has begun with a version has not ended: AWSPENDING can stay on what has become current. */
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

/** Whether a version is in use, or about to be. Labels of somebody else's count: whoever put one there may use the version. */
export function isNeeded({ stages }: Labelled): boolean {
  return stages.some(stage => stage !== PREVIOUS && !isOwnLabel(stage));
}

/** A mail server may hold what was once delivered, until all of them have confirmed another version. */
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

/** Since when a version has been pending without a value, by the labels of another one; undefined if they do not tell. */
export function emptySince({ stages }: Labelled, versionId: string): number | undefined {
  const label = stages.find(stage => isEmptyLabel(stage) && stage.endsWith(versionId));
  return label === undefined ? undefined : momentIn(label, EMPTY);
}

/** The latest moment that the labels tell, as two invocations may have attached one each; undefined if there is none. */
export function graceMoment({ stages }: Labelled, grace: Grace): number | undefined {
  const start = GRACE[grace];
  const times = stages.filter(stage => stage.startsWith(start)).map(stage => momentIn(stage, start));
  return times.length === 0 ? undefined : Math.max(...times);
}

function momentIn(label: string, start: string): number {
  return Date.parse(label.slice(start.length, start.length + TIME_LENGTH));
}

/** A version by its id, which has no label if it is not among the labelled ones. */
export function labelledIn(stages: ReadonlyMap<string, readonly string[]>, id: string): Labelled {
  return { stages: stages.get(id) ?? [] };
}

/** The id of the version whose labels fit, out of all labelled ones. */
export function holderOf(stages: ReadonlyMap<string, readonly string[]>, fits: (version: Labelled) => boolean): string | undefined {
  return [...stages].find(([, labels]) => fits({ stages: labels }))?.[0];
}
