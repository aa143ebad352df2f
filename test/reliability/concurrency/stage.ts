import { setImmediate } from 'node:timers/promises';
import { MINUTE, SECOND } from '../../../lambda-src/basics/time';
import { canStrike, Fault, KILLED_AFTER, KILLED_BEFORE } from '../faults';
import { Lab } from '../lab';
import { Point } from '../point';

/** Who can make the next move; mail servers work, and time passes, while somebody waits for them. */
export type Who = 'A' | 'B' | 'servers' | 'time';

/** Decides who makes the next move. */
export interface Turns {
  /** Resolves when this move is to be made. */
  ask(who: Who, move: string): Promise<void>;
  /** Nothing more happens by itself: lets somebody move who has asked. Returns false if nobody has. */
  next(): Promise<boolean>;
}

/** A fault that strikes at the first point from the given one on at which it can, counted over one party's points. */
export interface Mishap {
  readonly who: 'A' | 'B';
  readonly from: number;
  readonly fault: Fault;
}

/** Lambda ends an invocation after so much time, in the middle of whatever it does. */
const LAMBDA_TIMEOUT = 15 * MINUTE;

/**
 * So long a move may be held up before time stops for it: less than the function waits for what does not show yet. IAM has no
 * delete with a condition, so nothing helps a function that stands still for longer between its last look and DeleteAccessKey.
 */
const PATIENCE = 2 * SECOND;

/** One invocation of the function; it dies alone, as each runs in a Lambda environment of its own. */
class Call {
  public dead = false;
  public readonly death: Promise<never>;
  private reject!: (error: Error) => void;

  constructor(public readonly who: 'A' | 'B', public readonly startedAt: number) {
    this.death = new Promise((_resolve, reject) => { this.reject = reject; });
    this.death.catch(() => undefined);
  }

  public kill(): void {
    this.dead = true;
    this.reject(new Error('Runtime.ExitError: Runtime exited with error: signal: killed'));
  }
}

/** Lets two parties call the function of one lab at once, and every effect of theirs wait for its turn. */
export class Stage {
  /** What happened, in its order: the moves that one party made in a row are one entry. */
  public readonly history: string[] = [];

  private readonly calls = new Map<number, Call>();
  private starting?: Call;
  private lastMover?: string;
  private pointsOfMishap = 0;
  private mishap?: Mishap;
  /** Since when each move waits for its turn. */
  private readonly waiting = new Set<{ readonly since: number }>();

  constructor(public readonly lab: Lab, private readonly turns: Turns) {}

  /** Runs both parties to their end. */
  public async play(a: () => Promise<unknown>, b: () => Promise<unknown>, mishap?: Mishap): Promise<void> {
    const { lab } = this;
    const invoke = lab.world.functionInvoker!;
    this.mishap = mishap;
    lab.beforeEffect = async point => this.atPoint(point);
    lab.faultAt = point => this.faultAt(point);
    // Secrets Manager calls for B only; A's call is one that it has made before.
    lab.world.functionInvoker = async (fn, event) => this.call('B', async () => invoke(fn, event));
    const sleep = lab.clock.sleep.bind(lab.clock);
    lab.clock.sleep = async milliseconds => this.sleepInSlices(milliseconds, sleep);
    // What a failed call means for its party shows in the promises.
    await this.untilOver(Promise.allSettled([a(), b()]));
    lab.world.functionInvoker = invoke;
    lab.clock.sleep = sleep;
    lab.beforeEffect = undefined;
    lab.calmDown();
  }

  public async invoke(who: 'A' | 'B', step: string, token: string): Promise<void> {
    return this.call(who, async () => this.lab.invoke(step, token));
  }

  /** One run of the watchdog. */
  public async watch(who: 'A' | 'B'): Promise<void> {
    return this.call(who, async () => this.lab.watch());
  }

  /** Something that a party does besides calling the function. */
  public async move(who: Who, name: string): Promise<void> {
    await this.takeTurn(who, name);
    this.note(who, name);
  }

  private async takeTurn(who: Who, name: string): Promise<void> {
    const waiting = { since: this.lab.clock.now() };
    if (who !== 'servers') this.waiting.add(waiting);
    await this.turns.ask(who, `${who}: ${name}`);
    this.waiting.delete(waiting);
  }

  private async sleepInSlices(milliseconds: number, sleep: (milliseconds: number) => Promise<void>): Promise<void> {
    const { clock } = this.lab;
    const wakeAt = clock.now() + milliseconds;
    while (clock.now() < wakeAt) {
      while ([...this.waiting].some(({ since }) => clock.now() - since >= PATIENCE)) await this.turns.ask('time', 'time passes');
      await sleep(Math.min(SECOND, wakeAt - clock.now()));
    }
  }

  private async call(who: 'A' | 'B', run: () => Promise<unknown>): Promise<void> {
    const call = new Call(who, this.lab.clock.now());
    // The function comes to its first effect before it gives way to anybody.
    this.starting = call;
    const running = run();
    this.starting = undefined;
    await Promise.race([running, call.death]);
  }

  private async untilOver(all: Promise<unknown>): Promise<void> {
    let over = false;
    void all.then(() => { over = true; });
    for (;;) {
      // Everything is virtual: after this, nobody goes on who does not wait for a turn.
      await setImmediate();
      if (over) return;
      if (!await this.turns.next()) throw new Error(`nobody can move any more: ${this.history.join('; ')}`);
    }
  }

  private async atPoint(point: Point): Promise<void> {
    const call = this.ownerOf(point);
    const who = call?.who ?? 'servers';
    if (call?.dead) return never();
    await this.takeTurn(who, `${point.step} ${point.name}`);
    if (call && this.lab.clock.now() - call.startedAt > LAMBDA_TIMEOUT) call.kill();
    if (call?.dead) return never();
    this.note(who, point.name, point.step);
  }

  private ownerOf({ invocation }: Point): Call | undefined {
    if (invocation === undefined) return undefined;
    const known = this.calls.get(invocation) ?? this.starting;
    if (!known) throw new Error(`nobody knows invocation ${invocation}`);
    this.calls.set(invocation, known);
    return known;
  }

  private faultAt(point: Point): Fault | undefined {
    const call = this.ownerOf(point);
    const { mishap } = this;
    if (!mishap || (call && call.who !== mishap.who)) return undefined;
    if (this.pointsOfMishap++ < mishap.from || !canStrike(mishap.fault, point)) return undefined;
    this.mishap = undefined;
    this.note(call?.who ?? 'servers', `[${mishap.fault.name}]`);
    return this.asFaultOfOne(mishap.fault, call ?? this.anyCallOf(mishap.who));
  }

  private anyCallOf(who: 'A' | 'B'): Call | undefined {
    return [...this.calls.values()].filter(call => call.who === who).at(-1);
  }

  /** The faults of that name end every invocation that there is. */
  private asFaultOfOne(fault: Fault, call: Call | undefined): Fault {
    const die = async () => { call?.kill(); return never(); };
    if (fault === KILLED_BEFORE) return { name: fault.name, call: die, login: die, pause: die };
    if (fault !== KILLED_AFTER) return fault;
    const dieAfter = async (effect: () => Promise<unknown>) => { await effect(); return die(); };
    return { name: fault.name, call: dieAfter, login: dieAfter, pause: dieAfter };
  }

  private note(who: Who, name: string, step = ''): void {
    const mover = `${who} ${step}`.trim();
    if (mover === this.lastMover) this.history[this.history.length - 1] += ` ${name}`;
    else this.history.push(`${mover}: ${name}`);
    this.lastMover = mover;
  }
}

async function never(): Promise<never> {
  return new Promise(() => undefined);
}
