import { LiveAppOptions } from './app/names';

/** USD of us-east-1, November 2026, for a run of two hours. */
const PRICES = {
  /** Four secrets of 0.40 a month, an alarm of 0.10, calls, logs and requests. */
  base: 0.02,
  /** Two t4g.nano with public addresses and 8 GB each. */
  fleet: 0.05,
  /** One t3.medium with Windows, a public address and 30 GB. */
  windows: 0.16,
};

export function costOf({ fleet, windows }: Pick<LiveAppOptions, 'fleet' | 'windows'>): number {
  return PRICES.base + (fleet ? PRICES.fleet : 0) + (windows ? PRICES.windows : 0);
}
