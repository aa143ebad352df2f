import { DAY, MINUTE, SECOND } from '../../../lambda-src/basics/time';

const PAUSES = {
  '1 second': SECOND,
  '1 minute': MINUTE,
  '10 minutes': 10 * MINUTE,
  '1 hour': 60 * MINUTE,
  '1 day': DAY,
  '40 days': 40 * DAY,
};

/** A time that passes, so that a history can be read. */
export type Pause = keyof typeof PAUSES;

export const ALL_PAUSES = Object.keys(PAUSES) as Pause[];

export function milliseconds(pause: Pause): number {
  return PAUSES[pause];
}
