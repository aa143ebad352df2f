import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BackOff, SECOND, systemClock } from '../../../lambda-src/basics/time';
import { VirtualClock } from '../../world';

describe('a back-off', () => {
  /** How long it sleeps, until it has slept as many times or does not wait any more. */
  async function pauses(random: number, { times = 5, seconds = Infinity } = {}): Promise<number[]> {
    const clock = new VirtualClock();
    const backOff = new BackOff(clock, () => random, 2 * SECOND, 8 * SECOND);
    const deadline = clock.now() + seconds * SECOND;
    const found: number[] = [];
    for (let before = clock.now(); found.length < times && await backOff.waitUntil(deadline); before = clock.now()) {
      found.push((clock.now() - before) / SECOND);
    }
    return found;
  }

  it('waits longer each time, up to the longest pause', async () => {
    expect(await pauses(0.5)).toEqual([2, 3, 4.5, 6.75, 8]);
  });

  it('takes a quarter off or puts it on, as chance decides', async () => {
    expect(await pauses(0, { times: 2 })).toEqual([1.5, 2.25]);
    expect(await pauses(1, { times: 2 })).toEqual([2.5, 3.75]);
  });

  it('does not begin a pause that would end after the deadline', async () => {
    expect(await pauses(0.5, { seconds: 9.499 })).toEqual([2, 3]);
    expect(await pauses(0.5, { seconds: 9.5 })).toEqual([2, 3, 4.5]);
  });

  it('leaves the clock alone when it does not wait', async () => {
    const clock = new VirtualClock();
    const before = clock.now();
    expect(await new BackOff(clock, () => 0.5, SECOND, SECOND).waitUntil(before)).toBe(false);
    expect(clock.now()).toBe(before);
  });
});

describe('the system clock', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: Date.UTC(2026, 0, 1) });
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  it('tells the time, and sleeps as long as it is told', async () => {
    expect(systemClock.now()).toBe(Date.UTC(2026, 0, 1));
    const slept = systemClock.sleep(SECOND).then(() => systemClock.now());
    await vi.advanceTimersByTimeAsync(SECOND);
    expect(await slept).toBe(Date.UTC(2026, 0, 1) + SECOND);
  });
});
