import { describe, expect, it, vi } from 'vitest';
import { describeFailures, describePlan, namesOfFaults, Run, singles } from './campaign';
import { SERVER_DOES_NOTHING, SYSTEM_FAULTS, systemFaults } from './faults';
import { fingerprint } from './fingerprint';
import { Lab } from './lab';
import { DEEDS, justBefore } from './people';
import { IMPORTED, IMPORTED_LABEL_LATER, LARGE_FLEET, LINGERING_CONSUMER, LINGERING_LABEL, NO_FLEET, NO_GRACE, ONE_FLEET, TWO_FLEETS, TWO_REGIONS } from './setups';

// Hundreds of runs each.
vi.setConfig({ testTimeout: 300_000 });

const OWNED = [NO_FLEET, ONE_FLEET, NO_GRACE, LINGERING_LABEL, TWO_FLEETS];
const IMPORTS = [IMPORTED, IMPORTED_LABEL_LATER];
const DEEDS_AT_ANY_MOMENT = DEEDS.map(justBefore);

describe.each([false, true])('with retries by the SDK: %s', sdkRetries => {
  // The other setups without retries: `pairs/` begins with every single fault.
  it.each(sdkRetries ? OWNED : [NO_GRACE, LINGERING_LABEL])('$name: every promise holds under every single fault at every point', async setup => {
    const runs = await singles(setup, SYSTEM_FAULTS, { sdkRetries });
    expect(describeFailures(runs)).toEqual([]);
    expect(namesOfFaults(runs)).toEqual(new Set(systemFaults(setup.servers.length > 0).map(({ name }) => name)));
  });

  it.each(IMPORTS)('$name: people have to help only when the reply to CreateAccessKey never came', async setup => {
    const runs = await singles(setup, SYSTEM_FAULTS, { sdkRetries, people: true });
    expect(describeFailures(runs)).toEqual([]);
    expect(runs.filter(run => run.interventions > 0 && !lostKey(run)).map(describePlan)).toEqual([]);
    expect(runs.some(lostKey)).toBe(true);
  });
});

it(`${TWO_REGIONS.name}: every promise holds under every single fault at every point`, async () => {
  expect(describeFailures(await singles(TWO_REGIONS, SYSTEM_FAULTS))).toEqual([]);
});

/** The function died, or heard nothing, between the making of a key and the storing of it. */
function lostKey({ plan, points }: Run): boolean {
  const [[number, { name }] = [0, { name: '' }]] = plan;
  const action = points[number - 1]?.name;
  return (action === 'CreateAccessKey' && !['request not delivered', 'throttled', 'server error before the effect', 'function killed before'].includes(name))
    || (action === 'PutSecretValue' && name === 'function killed before');
}

it.each([...OWNED, ...IMPORTS])('$name: every promise holds, whatever people do, at any moment', async setup => {
  const runs = await singles(setup, DEEDS_AT_ANY_MOMENT, { people: true });
  expect(describeFailures(runs)).toEqual([]);
  expect(namesOfFaults(runs)).toEqual(new Set(DEEDS_AT_ANY_MOMENT.map(({ name }) => name)));
});

describe('with the watchdog', () => {
  /** Nobody can keep a person from making a credential current at the very moment in which its key goes. */
  const ACTIONS = ['ListAccessKeys', 'CreateAccessKey', 'DescribeSecret', 'GetSecretValue', 'PutSecretValue', 'UpdateSecretVersionStage', 'SendCommand'];

  it.each([NO_FLEET, LINGERING_CONSUMER, ONE_FLEET, NO_GRACE])('$name: every promise holds under every single fault at every point', async setup => {
    const runs = await singles(setup, SYSTEM_FAULTS, { watched: true });
    expect(describeFailures(runs)).toEqual([]);
  });

  it.each([ONE_FLEET, NO_GRACE, IMPORTED])('$name: every promise holds, whatever people do, at any moment', async setup => {
    const deeds = DEEDS_AT_ANY_MOMENT.map(deed => ({ ...deed, actions: ACTIONS }));
    const runs = await singles(setup, deeds, { people: true, watched: true });
    expect(describeFailures(runs)).toEqual([]);
  });
});

it(`${LARGE_FLEET.name}: no server is overlooked that does nothing, on whatever page its invocation is`, async () => {
  const runs = await singles(LARGE_FLEET, [SERVER_DOES_NOTHING]);
  expect(describeFailures(runs)).toEqual([]);
  expect(runs).toHaveLength(1 + 2 * LARGE_FLEET.servers.length);
});

it.each([...OWNED, ...IMPORTS])('$name: a step that runs again at once changes nothing', async setup => {
  const lab = new Lab(setup);
  const invoke = lab.world.functionInvoker!;
  const steps: string[] = [];
  lab.world.functionInvoker = async (fn, event) => {
    await invoke(fn, event);
    const before = fingerprint(lab);
    await invoke(fn, event);
    expect(fingerprint(lab)).toBe(before);
    steps.push(lab.position.step);
  };
  for (let rotation = 1; rotation <= 3; rotation++) expect(await lab.rotate()).toMatchObject({ succeeded: true });
  expect(steps).toHaveLength(12);
});

it.each([NO_FLEET, ONE_FLEET])('$name: a mere test of the configuration changes nothing', async setup => {
  const lab = new Lab(setup);
  for (const copies of [false, true]) {
    lab.world.rotation.testVersionCopiesCurrent = copies;
    await lab.rotate({ immediately: false });
    await lab.rotate();
    const before = fingerprint(lab);
    expect(await lab.rotate({ immediately: false })).toMatchObject({ succeeded: true });
    expect(fingerprint(lab)).toBe(before);
  }
  expect(lab.promises.violations).toEqual([]);
});
