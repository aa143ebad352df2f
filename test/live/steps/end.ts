import { MINUTE } from '../../../lambda-src/basics/time';
import { probeStackOf } from '../app/names';
import { expect } from '../outcome';
import { Step } from './step';

/** What CloudTrail takes to show a call. */
const EVENT_HISTORY_DELAY = 15 * MINUTE;

export const DELETION: Step = {
  name: 'the stack is deleted with its keys, user and secret',
  run: async live => {
    await live.destroy();
    await live.destroy(probeStackOf(live.options));
  },
};

export const NO_DENIALS: Step = {
  name: 'AWS has denied nothing to the roles of the stack',
  run: async live => {
    await live.clock.sleep(EVENT_HISTORY_DELAY);
    const denials = await live.engine.denials(live.callers, live.start);
    expect(denials.length === 0, `nothing must be denied, got ${[...new Set(denials.map(({ action }) => action))].join(', ')}`);
  },
};
