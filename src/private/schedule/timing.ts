import { Duration } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import { rotationInterval } from './rotation-schedule';
import { RotationConfig } from '../rotation-contract';

const DEFAULT_GRACE = Duration.days(1);

/** The settings for the time between two rotations. */
export type TimingConfig = Pick<RotationConfig, 'gracePeriodSeconds' | 'maxAgeSeconds' | 'rotatesAtOnce'>;

/** Turns schedule and grace period into the function's settings, or throws. */
export function timingConfig(schedule: events.Schedule, gracePeriod: Duration | undefined, rotatesAtOnce: boolean): TimingConfig {
  const interval = rotationInterval(schedule);
  return {
    gracePeriodSeconds: graceSeconds(gracePeriod, interval),
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
