import * as fc from 'fast-check';
import { Mishap, Stage, Turns } from './stage';
import { DAY, SECOND } from '../../../lambda-src/basics/time';
import { SYSTEM_FAULTS } from '../faults';
import { Lab, LabOptions } from '../lab';
import { CANCEL_AND_CLEAN_UP, Deed, DELETE_PENDING_KEY, DELETE_PREVIOUS_KEY, EDIT_SECRET, heal } from '../people';
import { IMPORTED, IMPORTED_LABEL_LATER, NO_FLEET, NO_GRACE, ONE_FLEET, Setup } from '../setups';

const STEPS = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'];
const TOKEN = '0000000a-0000-4000-8000-000000000001';
const WATCHDOG_STEP = 'watchdog';

/** Where both begin: a step of a rotation, after so many rotations that succeeded. */
export interface Scene {
  readonly setup: Setup;
  /** The third rotation is the first one that has to free a slot. */
  readonly rotationsBefore: number;
  /** The last one of them was cancelled when servers had its credential: the next one gives them the current one first. */
  readonly cancelledBefore?: boolean;
  /** How often the watchdog has seen what those rotations left: its next run makes a key inactive, or deletes it. */
  readonly watchedBefore?: number;
  readonly step: string;
}

/** The first value may become current at once, and left-over keys are deleted. */
const IMPORTED_SECRET: Setup = {
  ...IMPORTED,
  name: 'an empty imported secret',
  props: (stack, document) => ({ ...IMPORTED.props(stack, document), user: undefined }),
};

const SETUPS = [NO_FLEET, ONE_FLEET, IMPORTED_SECRET, IMPORTED, IMPORTED_LABEL_LATER];

/** A is an invocation of the scene's step; this is what B is. */
export interface Rival {
  readonly name: string;
  readonly people: boolean;
  readonly act: (stage: Stage, scene: Scene) => Promise<void>;
}

/** The same step with the same token. */
export const TWIN: Rival = {
  name: 'the same step once more',
  people: false,
  act: async (stage, { step }) => stage.invoke('B', step, TOKEN),
};

/** Secrets Manager has given A up, and tries the rotation again from its beginning, twice at the most. */
export const RETRY: Rival = {
  name: 'a retry from createSecret',
  people: false,
  act: async stage => {
    if (await attempt(stage)) return;
    await stage.lab.clock.sleep(SECOND);
    await attempt(stage);
  },
};

/** The watchdog, which has something to do. */
export const WATCHDOG: Rival = {
  name: 'the watchdog',
  people: false,
  act: async stage => stage.watch('B'),
};

/** A person makes the credential by hand that the rotation was to make, in a slot that is freed for it. */
const REPLACE_BY_HAND: Deed = {
  name: 'a person makes the credential by hand',
  do: lab => {
    if (!hasFreeSlot(lab)) DELETE_PREVIOUS_KEY.do(lab);
    if (!hasFreeSlot(lab)) DELETE_PENDING_KEY.do(lab);
    EDIT_SECRET.do(lab);
  },
};

const NOTHING: Deed = { name: 'nothing', do: () => undefined };

/** Somebody ends A's rotation or it ends by itself, and Secrets Manager begins what it takes for the next one. */
export const SUCCESSORS: Rival[] = [CANCEL_AND_CLEAN_UP, REPLACE_BY_HAND, NOTHING].map(deed => ({
  name: `a rotation that is started after ${deed.name}`,
  people: true,
  act: async stage => {
    const { lab } = stage;
    await stage.move('B', deed.name);
    deed.do(lab);
    await stage.move('B', 'RotateSecret');
    await lab.world.rotation.rotate(lab.secret.arn, { maxAttempts: 2, retryDelay: SECOND });
  },
}));

/** What came of two invocations at once. */
export interface Outcome {
  readonly lab: Lab;
  readonly history: string[];
  /** How many undisturbed rotations it took until one succeeded. */
  readonly rotations: number;
}

export interface Play extends LabOptions {
  readonly scene: Scene;
  readonly rival: Rival;
  readonly turns: Turns;
  readonly mishap?: Mishap;
}

/** Both at once, and then what nobody disturbs. */
export async function play({ scene, rival, turns, mishap, ...options }: Play): Promise<Outcome> {
  const lab = await prepare(scene, options);
  const stage = new Stage(lab, turns);
  const begin = async () => scene.step === WATCHDOG_STEP ? stage.watch('A') : stage.invoke('A', scene.step, TOKEN);
  await stage.play(begin, async () => rival.act(stage, scene), mishap);
  const people = rival.people || scene.cancelledBefore === true || !lab.config.user.owned;
  const rotations = await settle(lab, people);
  lab.promises.checkConverged();
  lab.promises.checkSecrecy();
  return { lab, history: stage.history, rotations };
}

export function anyScene(): fc.Arbitrary<Scene> {
  return fc.record({
    setup: fc.constantFrom(...SETUPS),
    rotationsBefore: fc.constantFrom(0, 1, 2),
    cancelledBefore: fc.boolean(),
    step: fc.constantFrom(...STEPS),
  });
}

export function anyWatchedScene(): fc.Arbitrary<Scene> {
  return fc.record({
    setup: fc.constantFrom(NO_FLEET, ONE_FLEET, NO_GRACE, IMPORTED_SECRET, IMPORTED),
    rotationsBefore: fc.constantFrom(1, 2),
    cancelledBefore: fc.boolean(),
    watchedBefore: fc.constantFrom(1, 2),
    step: fc.constantFrom(...STEPS, WATCHDOG_STEP),
  });
}

export function anyMishap(): fc.Arbitrary<Mishap> {
  return fc.record({ who: fc.constantFrom('A', 'B'), from: fc.nat({ max: 20 }), fault: fc.constantFrom(...SYSTEM_FAULTS) });
}

async function prepare({ setup, rotationsBefore, cancelledBefore, watchedBefore = 0, step }: Scene, options: LabOptions): Promise<Lab> {
  const lab = new Lab(setup, options);
  for (let rotation = 1; rotation <= rotationsBefore; rotation++) await lab.rotate();
  for (let run = 1; run <= watchedBefore; run++) {
    await lab.watch();
    await lab.clock.sleep(DAY);
  }
  if (cancelledBefore) {
    await rotateUpTo(lab, 'testSecret', '0000000a-0000-4000-8000-000000000000');
    CANCEL_AND_CLEAN_UP.do(lab);
  }
  if (step !== WATCHDOG_STEP) await rotateUpTo(lab, step, TOKEN);
  return lab;
}

async function rotateUpTo(lab: Lab, step: string, token: string): Promise<void> {
  lab.world.secretsManager.createPlaceholder(lab.secret, token);
  lab.secret.rotationInFlight = token;
  for (const before of STEPS.slice(0, STEPS.indexOf(step))) await lab.invoke(before, token);
}

async function attempt(stage: Stage): Promise<boolean> {
  try {
    for (const step of STEPS) await stage.invoke('B', step, TOKEN);
    return true;
  } catch {
    return false;
  }
}

function hasFreeSlot({ world, config }: Lab): boolean {
  return world.iam.keysOf(config.user.name).length < 2;
}

/**
 * P5: one rotation may find that two invocations have spoiled the pending version, and give it up; the next one
 * succeeds. Where people took a hand in it, they may have to do what an error says, and a stray key may live until
 * the next rotation.
 */
async function settle(lab: Lab, people: boolean): Promise<number> {
  if (people) {
    lab.promises.strayKeysExpected = true;
    const interventions = await heal(lab);
    lab.promises.strayKeysExpected = !lab.config.user.owned;
    return await heal(lab) + interventions + 1;
  }
  if ((await lab.rotate()).succeeded) return 1;
  const { succeeded, attempts } = await lab.rotate();
  if (!succeeded) lab.promises.violate('P5', `two undisturbed rotations failed: ${String(attempts.at(-1)?.at(-1)?.error)}`);
  return 2;
}
