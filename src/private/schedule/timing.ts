import { Duration, Token } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import { rotationInterval } from './rotation-schedule';
import { RotationConfig } from '../rotation-contract';

const DEFAULT_GRACE = Duration.days(1);
const DEFAULT_HOLD = Duration.days(7);

/** The settings for the time between two rotations. */
export type TimingConfig = Pick<RotationConfig, 'gracePeriodSeconds' | 'holdWhileUsedSeconds' | 'maxAgeSeconds' | 'rotatesAtOnce'>;

/** How long a credential works after it has been replaced. */
interface Retirement {
  readonly gracePeriod?: Duration;
  readonly holdWhileUsed?: Duration;
}

/** Turns schedule, grace period and hold into the function's settings, or throws. */
export function timingConfig(schedule: events.Schedule, { gracePeriod, holdWhileUsed }: Retirement, rotatesAtOnce: boolean): TimingConfig {
  const interval = rotationInterval(schedule);
  const gracePeriodSeconds = graceSeconds(gracePeriod, interval);
  return {
    gracePeriodSeconds,
    holdWhileUsedSeconds: holdSeconds(holdWhileUsed, gracePeriodSeconds),
    // A rotation may come at any time of its day.
    maxAgeSeconds: interval?.plus(Duration.days(1)).toSeconds(),
    rotatesAtOnce,
  };
}

/** How long a credential keeps working after the next one has replaced it, or throws. */
function graceSeconds(gracePeriod: Duration | undefined, interval: Duration | undefined): number {
  if (!gracePeriod) return Math.min(DEFAULT_GRACE.toSeconds(), interval ? interval.toSeconds() / 2 : Infinity);
  const seconds = gracePeriod.toSeconds();
  if (interval && !gracePeriod.isUnresolved() && seconds >= interval.toSeconds()) {
    throw new Error('gracePeriod must be shorter than the rotation interval, because a user has two access keys, '
      + `got ${gracePeriod.toHumanString()} and ${interval.toHumanString()}; shorten gracePeriod`);
  }
  return seconds;
}

/** A key without a grace period ends with its rotation, so its use does not matter. */
function holdSeconds(holdWhileUsed: Duration | undefined, gracePeriodSeconds: number): number {
  if (gracePeriodSeconds > 0 || Token.isUnresolved(gracePeriodSeconds)) return (holdWhileUsed ?? DEFAULT_HOLD).toSeconds();
  if (holdWhileUsed && holdWhileUsed.toSeconds() !== 0) {
    throw new Error(`holdWhileUsed needs a gracePeriod of more than 0 seconds, got a hold of ${holdWhileUsed.toHumanString()}; set a gracePeriod, or leave holdWhileUsed out`);
  }
  return 0;
}
