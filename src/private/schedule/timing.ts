import { Duration, Token } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import { isDailyCron, rotationInterval } from './rotation-schedule';
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
    holdWhileUsedSeconds: holdSeconds(holdWhileUsed, gracePeriodSeconds, schedule),
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
function holdSeconds(holdWhileUsed: Duration | undefined, gracePeriodSeconds: number, schedule: events.Schedule): number {
  const hasGrace = gracePeriodSeconds > 0 || Token.isUnresolved(gracePeriodSeconds);
  if (!holdWhileUsed) return hasGrace && !isDailyCron(schedule) ? DEFAULT_HOLD.toSeconds() : 0;
  const seconds = holdWhileUsed.toSeconds();
  if (hasGrace || seconds === 0 || Token.isUnresolved(seconds)) return seconds;
  throw new Error(`holdWhileUsed must be 0 seconds without a gracePeriod, got ${holdWhileUsed.toHumanString()}; set a gracePeriod, or leave holdWhileUsed out`);
}
