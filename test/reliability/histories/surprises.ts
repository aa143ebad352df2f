import { SECOND } from '../../../lambda-src/basics/time';
import { canStrike, Fault, SYSTEM_FAULTS } from '../faults';
import { Lab, Strike } from '../lab';
import { CANCEL_AND_CLEAN_UP, DEEDS, justBefore } from '../people';
import { Point } from '../point';

/** What can run while a rotation is at work. */
export interface Interludes {
  readonly lab: Lab;
  /** A step that was called before is called again: an invocation that was delayed, or that Lambda repeats. */
  lateStep(step: string, rotationsAgo: number): Promise<void>;
  /** The watchdog's run; resolves with what it failed with. */
  watch(): Promise<unknown>;
  /** No surprise strikes meanwhile. */
  undisturbed(happen: () => Promise<unknown>): Promise<void>;
}

/** Something that happens in the middle of a rotation. */
export interface Surprise {
  readonly what: string;
  /** So many effects from the beginning of the rotation, or at the first one after it that it can happen to. */
  readonly distance?: number;
  /** At the first effect of this step and name instead. */
  readonly place?: string;
}

/** A surprise, so many effects from the beginning of a rotation. */
export function after(distance: number, what: string): Surprise {
  return { what, distance };
}

/** A surprise at the first effect of a step and a name, such as `setSecret SendCommand` or `a mail server i-00000001`. */
export function at(place: string, what: string): Surprise {
  return { what, place };
}

export function describeSurprise({ what, distance, place }: Surprise): string {
  return place === undefined ? `after(${distance}, '${what}')` : `at('${place}', '${what}')`;
}

export const STEPS = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'];
/** How many rotations ago the one began whose step is called again. */
const ROTATIONS_AGO = [0, 1, 2];

/** More than this does not come between two instructions of a function that goes on. */
const LONGEST_DELAY = 30 * SECOND;

export const WATCHDOG_RUNS = 'the watchdog runs in between';

const LATE_STEPS = STEPS.flatMap(step => ROTATIONS_AGO.map(rotations => lateStep(step, rotations)));

/** What takes time that the function spends elsewhere, and what needs the scene. */
type SceneFault = (scene: Interludes) => Fault;

const CATALOGUE = new Map<string, SceneFault>([
  ...[...SYSTEM_FAULTS, ...DEEDS.map(justBefore)].map((fault): [string, SceneFault] => [fault.name, () => fault]),
  ...LATE_STEPS,
  rotationAnew(),
  watchdogRun(),
]);

export const SYSTEM_SURPRISES = SYSTEM_FAULTS.map(({ name }) => name);
export const DEED_SURPRISES = DEEDS.map(({ name }) => name);
export const CALL_SURPRISES = [...LATE_STEPS, rotationAnew(), watchdogRun()].map(([name]) => name);

/** The faults of a rotation, each of which strikes once. */
export class Ambush {
  public readonly struck: string[] = [];
  public readonly waiting: Surprise[];

  constructor(private readonly scene: Interludes, surprises: readonly Surprise[]) {
    this.waiting = [...surprises];
  }

  public at(point: Point, distance: number): Fault | undefined {
    const index = this.waiting.findIndex(surprise => isDue(surprise, point, distance) && canStrike(faultFor(surprise.what, this.scene), point));
    if (index < 0) return undefined;
    const [{ what }] = this.waiting.splice(index, 1);
    this.struck.push(what);
    return faultFor(what, this.scene);
  }
}

function isDue({ distance = 0, place }: Surprise, { step, name }: Point, reached: number): boolean {
  return place === undefined ? distance <= reached : place === `${step} ${name}`;
}

function faultFor(what: string, scene: Interludes): Fault {
  const make = CATALOGUE.get(what);
  if (!make) throw new Error(`there is no surprise of the name "${what}"`);
  return make(scene);
}

/** A step that was called before runs again while the function is at work. */
function lateStep(step: string, rotationsAgo: number): [string, SceneFault] {
  const whose = ['this rotation', 'the rotation before', 'the rotation before that'][rotationsAgo];
  const name = `${step} of ${whose} runs in between`;
  return [name, scene => inBetween(name, async () => scene.lateStep(step, rotationsAgo))];
}

/** The function of the cancelled rotation goes on: nobody can stop it. */
function rotationAnew(): [string, SceneFault] {
  const name = 'the rotation is cancelled, and another one runs in between';
  return [name, scene => inBetween(name, async () => {
    CANCEL_AND_CLEAN_UP.do(scene.lab);
    await scene.undisturbed(async () => scene.lab.rotate());
  })];
}

function watchdogRun(): [string, SceneFault] {
  return [WATCHDOG_RUNS, scene => inBetween(WATCHDOG_RUNS, async () => scene.watch())];
}

function inBetween(name: string, happen: () => Promise<unknown>): Fault {
  const strike: Strike = async (effect, lab) => {
    lab.promises.strayKeysExpected = true;
    const start = lab.clock.now();
    await happen();
    // Lambda has ended the function meanwhile.
    return lab.clock.now() - start > LONGEST_DELAY ? lab.killFunction() : effect();
  };
  return { name, call: strike, login: strike, pause: strike };
}
