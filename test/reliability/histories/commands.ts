import * as fc from 'fast-check';
import { Expectation, Model } from './model';
import { ALL_PAUSES, milliseconds, Pause } from './pauses';
import { Scene } from './scene';
import { after, CALL_SURPRISES, DEED_SURPRISES, describeSurprise, STEPS, Surprise, SYSTEM_SURPRISES } from './surprises';
import { Deed, DEEDS } from '../people';
import { describeViolation } from '../promises';

/** One thing that happens in a history. It prints as the expression that makes it, so that a failure can become an example. */
export abstract class Command implements fc.AsyncCommand<Model, Scene> {
  public check(_model: Readonly<Model>): boolean {
    return true;
  }

  /** Every promise is looked at after every effect; here is where a broken one ends the history. */
  public async run(model: Model, scene: Scene): Promise<void> {
    await this.happen(model, scene);
    model.check(scene);
    const { violations } = scene.lab.promises;
    if (violations.length > 0) throw new Error(`${this.toString()} broke a promise: ${violations.map(describeViolation).join('; ')}`);
  }

  public abstract toString(): string;
  protected abstract happen(model: Model, scene: Scene): Promise<void>;
}

export interface Rotation {
  readonly attempts?: number;
  /** Between two attempts. */
  readonly pause?: Pause;
  readonly surprises?: readonly Surprise[];
  /** False is a mere test of the configuration, unless there is a rotation to be taken up. */
  readonly immediately?: false;
}

class Rotate extends Command {
  constructor(private readonly rotation: Rotation) {
    super();
  }

  public override toString(): string {
    const { surprises = [], ...others } = this.rotation;
    const options = Object.entries(others).filter(([, value]) => value !== undefined).map(([name, value]) => `${name}: ${quoted(value)}`);
    if (surprises.length > 0) options.push(`surprises: [${surprises.map(describeSurprise).join(', ')}]`);
    return options.length === 0 ? 'rotate()' : `rotate({ ${options.join(', ')} })`;
  }

  protected async happen(model: Model, scene: Scene): Promise<void> {
    const { attempts = 1, pause = '1 second', surprises = [], immediately = true } = this.rotation;
    const expectation = new Expectation(model, scene.lab);
    const { outcome, struck } = await scene.rotate({ maxAttempts: attempts, retryDelay: milliseconds(pause), immediately }, surprises);
    expectation.meet(outcome, struck);
  }
}

class Somebody extends Command {
  constructor(private readonly deed: Deed) {
    super();
  }

  public override toString(): string {
    return `byHand(${quoted(this.deed.name)})`;
  }

  protected async happen(model: Model, { lab }: Scene): Promise<void> {
    this.deed.do(lab);
    model.noteDeed(this.deed);
  }
}

class ServersRecover extends Command {
  public override check({ serversTroubled }: Readonly<Model>): boolean {
    return serversTroubled;
  }

  public override toString(): string {
    return 'serversRecover()';
  }

  protected async happen(model: Model, { lab }: Scene): Promise<void> {
    lab.servers.forEach(server => Object.assign(server, { online: true, appearsAfter: 0, startsAfter: 0 }));
    model.serversTroubled = false;
  }
}

export interface SlowServers {
  /** Until Run Command lists them. */
  readonly appear: Pause;
  /** Until they begin. */
  readonly start: Pause;
}

class ServersSlow extends Command {
  constructor(private readonly slow: SlowServers) {
    super();
  }

  public override toString(): string {
    return `serversSlow({ appear: ${quoted(this.slow.appear)}, start: ${quoted(this.slow.start)} })`;
  }

  protected async happen(model: Model, { lab }: Scene): Promise<void> {
    const [appearsAfter, startsAfter] = [this.slow.appear, this.slow.start].map(milliseconds);
    lab.servers.forEach(server => Object.assign(server, { appearsAfter, startsAfter }));
    model.serversTroubled = lab.servers.length > 0;
  }
}

export interface SesTrouble {
  /** Until a new key works. */
  readonly delay?: Pause;
  /** How the hosts answer the first logins with a key that works: y accepts, n refuses. */
  readonly hosts?: string;
  /** So many logins are put off. */
  readonly busy?: number;
}

class SesTroubled extends Command {
  constructor(private readonly trouble: SesTrouble) {
    super();
  }

  public override toString(): string {
    const options = Object.entries(this.trouble).filter(([, value]) => value !== undefined).map(([name, value]) => `${name}: ${quoted(value)}`);
    return `sesTrouble({ ${options.join(', ')} })`;
  }

  protected async happen(model: Model, { lab }: Scene): Promise<void> {
    const { delay, hosts = '', busy = 0 } = this.trouble;
    let left = busy;
    lab.ses.setFaults({
      propagationDelay: delay && milliseconds(delay),
      flapping: [...hosts].map(answer => answer === 'y'),
      temporaryFailure: () => left-- > 0,
    });
    model.sesTroubled = true;
    model.mayAskForHelp = true;
  }
}

class SesRecovers extends Command {
  public override check({ sesTroubled }: Readonly<Model>): boolean {
    return sesTroubled;
  }

  public override toString(): string {
    return 'sesRecovers()';
  }

  protected async happen(model: Model, { lab }: Scene): Promise<void> {
    lab.ses.setFaults({});
    model.sesTroubled = false;
  }
}

class TimePasses extends Command {
  constructor(private readonly pause: Pause) {
    super();
  }

  public override toString(): string {
    return `timePasses(${quoted(this.pause)})`;
  }

  protected async happen(_model: Model, { lab }: Scene): Promise<void> {
    await lab.clock.sleep(milliseconds(this.pause));
  }
}

class LateStep extends Command {
  constructor(private readonly step: string, private readonly rotationsAgo: number) {
    super();
  }

  public override toString(): string {
    return `lateStep(${quoted(this.step)}, ${this.rotationsAgo})`;
  }

  protected async happen(model: Model, scene: Scene): Promise<void> {
    await scene.lateStep(this.step, this.rotationsAgo);
    model.sound = false;
  }
}

class WatchdogRuns extends Command {
  public override toString(): string {
    return 'watchdogRuns()';
  }

  protected async happen(model: Model, scene: Scene): Promise<void> {
    const isHealthy = model.isHealthy(scene.lab);
    const failure = await scene.watch();
    if (failure && isHealthy) scene.lab.promises.violate('P5', `the watchdog complains of nothing: ${String(failure)}`);
  }
}

/** The watchdog runs, between two rotations. */
export function watchdogRuns(): Command {
  return new WatchdogRuns();
}

/** One rotation by Secrets Manager. */
export function rotate(rotation: Rotation = {}): Command {
  return new Rotate(rotation);
}

/** Somebody does something by hand between two rotations. */
export function byHand(name: string): Command {
  const deed = DEEDS.find(candidate => candidate.name === name);
  if (!deed) throw new Error(`nobody does "${name}"`);
  return new Somebody(deed);
}

/** The servers that were offline or slow are as before. */
export function serversRecover(): Command {
  return new ServersRecover();
}

/** Commands take their time from now on. */
export function serversSlow(slow: SlowServers): Command {
  return new ServersSlow(slow);
}

/** SES refuses from now on what it will accept later. */
export function sesTrouble(trouble: SesTrouble): Command {
  return new SesTroubled(trouble);
}

/** SES accepts again whatever is right. */
export function sesRecovers(): Command {
  return new SesRecovers();
}

/** Nothing happens for a while. */
export function timePasses(pause: Pause): Command {
  return new TimePasses(pause);
}

/** A step of the last rotation, or of one before it, is called again when nobody expects it any more. */
export function lateStep(step: string, rotationsAgo: number): Command {
  return new LateStep(step, rotationsAgo);
}

/** Everything that can happen, rotations more often than the rest. */
export function anyCommand(): fc.Arbitrary<Command>[] {
  const rotations = rotationArbitrary().map(rotate);
  const others = [
    fc.constantFrom(...DEEDS.map(({ name }) => name)).map(byHand),
    fc.constantFrom(...ALL_PAUSES).map(timePasses),
    fc.tuple(fc.constantFrom(...STEPS), fc.nat({ max: 3 })).map(([step, rotationsAgo]) => lateStep(step, rotationsAgo)),
    fc.constant(serversRecover()),
    fc.record({ appear: shortPause(), start: shortPause() }).map(serversSlow),
    troubleArbitrary().map(sesTrouble),
    fc.constant(sesRecovers()),
  ];
  const watchdog = fc.constant(watchdogRuns());
  return [...Array.from({ length: 6 }, () => rotations), watchdog, watchdog, ...others];
}

function rotationArbitrary(): fc.Arbitrary<Rotation> {
  return fc.record({
    attempts: fc.integer({ min: 1, max: 4 }),
    pause: fc.constantFrom<Pause>('1 second', '1 minute', '10 minutes', '1 hour'),
    surprises: fc.array(surpriseArbitrary(), { maxLength: 3 }),
    immediately: fc.option(fc.constant(false as const), { nil: undefined, freq: 8 }),
  }, { requiredKeys: ['surprises'] });
}

function surpriseArbitrary(): fc.Arbitrary<Surprise> {
  const what = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...SYSTEM_SURPRISES) },
    { weight: 2, arbitrary: fc.constantFrom(...DEED_SURPRISES) },
    { weight: 2, arbitrary: fc.constantFrom(...CALL_SURPRISES) },
  );
  return fc.tuple(fc.nat({ max: 60 }), what).map(([distance, name]) => after(distance, name));
}

function shortPause(): fc.Arbitrary<Pause> {
  return fc.constantFrom<Pause>('1 second', '1 minute', '10 minutes');
}

function troubleArbitrary(): fc.Arbitrary<SesTrouble> {
  return fc.record({
    delay: fc.constantFrom<Pause>('1 second', '1 minute', '10 minutes', '1 hour'),
    hosts: fc.string({ unit: fc.constantFrom('y', 'n'), maxLength: 12 }),
    busy: fc.nat({ max: 10 }),
  }, { requiredKeys: [] });
}

function quoted(value: unknown): string {
  return typeof value === 'string' ? `'${value}'` : String(value);
}
