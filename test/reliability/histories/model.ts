import { Scene } from './scene';
import { CALL_SURPRISES, DEED_SURPRISES, WATCHDOG_RUNS } from './surprises';
import { DAY } from '../../../lambda-src/basics/time';
import { holderOf, PREVIOUS, RotationOutcome, SecretVersion } from '../../world';
import { expectedPassword } from '../../world/services/ses-smtp';
import { KEYS_STALE } from '../faults';
import { Lab } from '../lab';
import { ADD_KEY, ADD_SERVER, ASSOCIATIONS_RUN, CANCEL_ROTATION, Deed, REMOVE_SERVER, REPLACE_SERVER, SERVER_OFFLINE } from '../people';
import { keyIn } from '../promises';

/** These do no harm that a rotation could not make good by itself. */
const HARMLESS = [ADD_SERVER, ASSOCIATIONS_RUN, REMOVE_SERVER, REPLACE_SERVER, SERVER_OFFLINE, CANCEL_ROTATION].map(({ name }) => name);
/** These leave the current credential as it is. */
const HARMLESS_TO_CURRENT = [...HARMLESS, ADD_KEY.name];

/** What must be true of the lab, by what has happened in it so far. */
export class Model {
  /** AWSCURRENT holds a credential that works. False as well while nobody can know, after somebody changed it. */
  public works = false;
  /** The last rotation succeeded, and nothing has gone wrong since. */
  public sound = true;
  /** People did something, or SES refused for so long, that a rotation may fail and ask for help. */
  public mayAskForHelp = false;
  /** Keys are slow to work, or logins are refused now and then. */
  public sesTroubled = false;
  /** A server is offline or slow. */
  public serversTroubled = false;

  public noteDeed({ name }: Deed): void {
    this.sound = false;
    if (!HARMLESS.includes(name)) this.mayAskForHelp = true;
    if (!HARMLESS_TO_CURRENT.includes(name)) this.works = false;
    if (name === SERVER_OFFLINE.name) this.serversTroubled = true;
  }

  /** Whether the watchdog has nothing to complain of: a rotation is neither late nor disturbed. */
  public isHealthy({ clock, secret }: Lab): boolean {
    const isRotated = secret.lastRotatedDate !== undefined && clock.now() - secret.lastRotatedDate < 30 * DAY;
    return isRotated && this.works && this.sound && !this.mayAskForHelp && !this.sesTroubled;
  }

  /** What must hold whatever happened. */
  public check({ lab }: Scene): void {
    if (this.works && !isValid(lab, lab.current)) lab.promises.violate('P1', 'the credential in AWSCURRENT does not work any more');
  }
}

/** What a rotation is expected to do, judged by what was true before it. */
export class Expectation {
  private readonly before: SecretVersion | undefined;
  private readonly calm: boolean;

  constructor(private readonly model: Model, private readonly lab: Lab) {
    this.before = lab.current;
    // A command of an earlier attempt that is on its way may have failed on a server already, and is waited for all the same.
    const isFresh = lab.world.ssm.commands.every(({ status }) => status !== 'InProgress' && status !== 'Pending');
    this.calm = isFresh && !model.sesTroubled && !model.serversTroubled && lab.staleKeyLists <= 0 && lab.hiddenPendingValues <= 0;
    // Keys that went astray before live until this rotation at most.
    lab.promises.strayKeysExpected = model.mayAskForHelp;
  }

  /** Compares, and takes over into the model what the rotation has changed. */
  public meet(outcome: RotationOutcome, struck: readonly string[]): void {
    const undisturbed = this.calm && struck.length === 0;
    const isTest = outcome.attempts[0]?.[0]?.step === 'testSecret';
    if (undisturbed && this.mustSucceed() && !outcome.succeeded) this.complain(`an undisturbed rotation failed: ${lastError(outcome)}`);
    if (undisturbed && this.model.sound && outcome.succeeded) this.checkExactly(outcome, isTest);
    if (!undisturbed || !outcome.succeeded) this.model.sound = false;
    this.noteSurprises(struck);
    if (outcome.succeeded && !isTest) this.noteSuccess(struck);
  }

  /** Nothing but the system was in the way; the keys of somebody else's user are not ours to clean up. */
  private mustSucceed(): boolean {
    return this.lab.config.user.owned ? !this.model.mayAskForHelp : this.model.sound;
  }

  private checkExactly({ attempts }: RotationOutcome, isTest: boolean): void {
    const { lab, before } = this;
    if (attempts.length > 1) this.complain('an undisturbed rotation took more than one attempt');
    if (isTest) {
      if (lab.current !== before) this.complain('a mere test promoted a credential');
      return;
    }
    if (lab.current === before) this.complain('a rotation succeeded and changed nothing');
    const keys = lab.world.iam.keysOf(lab.config.user.name).map(({ accessKeyId }) => accessKeyId);
    const expected = [keyIn(before), keyIn(lab.current)].filter(key => key !== undefined);
    if (keys.length !== expected.length || !expected.every(key => keys.includes(key))) this.complain('the keys are not the current and the previous one');
    if (keyIn(before) && holderOf(lab.secret, PREVIOUS) !== before) this.complain('AWSPREVIOUS is not what was current');
    const hasGrace = keyIn(before) !== undefined && lab.config.gracePeriodSeconds > 0;
    if (hasGrace && !isValid(lab, before)) lab.promises.violate('P2', 'the previous credential has no grace');
  }

  private noteSurprises(struck: readonly string[]): void {
    const { model } = this;
    for (const name of struck.filter(what => DEED_SURPRISES.includes(what))) model.noteDeed({ name, do: () => undefined });
    // So many stale lists in a row that a key seems to be gone end in advice as well.
    if (struck.includes(KEYS_STALE.name) || struck.some(what => CALL_SURPRISES.includes(what) && what.includes('another one runs'))) {
      model.mayAskForHelp = true;
    }
    model.serversTroubled = !this.lab.servers.every(({ online, appearsAfter, startsAfter }) => online && appearsAfter + startsAfter === 0);
  }

  private noteSuccess(struck: readonly string[]): void {
    const { model, lab } = this;
    const harmed = struck.some(what => isHarmful(what));
    if (!harmed) model.works = true;
    if (harmed || hasForeignKeys(lab)) return;
    model.mayAskForHelp = false;
    model.sound = true;
  }

  private complain(what: string): void {
    this.lab.promises.violate('P5', what);
  }
}

function isHarmful(what: string): boolean {
  return (DEED_SURPRISES.includes(what) && !HARMLESS.includes(what)) || (CALL_SURPRISES.includes(what) && what !== WATCHDOG_RUNS);
}

/** Keys that no version refers to, of a user whose keys only people may delete. */
function hasForeignKeys({ config, secret, world }: Lab): boolean {
  const referenced = [...secret.versions.values()].filter(({ labels }) => labels.size > 0).map(keyIn);
  return !config.user.owned && world.iam.keysOf(config.user.name).some(({ accessKeyId }) => !referenced.includes(accessKeyId));
}

function isValid({ world, config }: Lab, version: SecretVersion | undefined): boolean {
  const key = world.iam.findAccessKey(keyIn(version) ?? '');
  const text = version?.value?.SecretString ?? '';
  return key?.status === 'Active' && text.includes(expectedPassword(key.secretAccessKey, config.endpoint.region));
}

function lastError({ attempts }: RotationOutcome): string {
  return String(attempts.at(-1)?.at(-1)?.error);
}
