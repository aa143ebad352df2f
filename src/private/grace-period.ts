import { Duration } from 'aws-cdk-lib';

const DEFAULT = Duration.days(1);

/** How long a credential goes on working after the next one has taken its place, or throws. */
export function graceSeconds(gracePeriod: Duration | undefined, interval: Duration | undefined): number {
  if (!gracePeriod) return Math.min(DEFAULT.toSeconds(), interval ? interval.toSeconds() / 2 : Infinity);
  const seconds = gracePeriod.toSeconds();
  if (interval && !gracePeriod.isUnresolved() && seconds >= interval.toSeconds()) {
    throw new Error('gracePeriod must be shorter than the rotation interval, because a user has two access keys, '
      + `got ${gracePeriod.toHumanString()} and ${interval.toHumanString()}`);
  }
  return seconds;
}
