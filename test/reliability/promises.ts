import { ApiCall, Clock, Secret, SecretVersion } from '../world';
import { everythingOutside, leaksIn, Traces } from './leaks';
import { Point } from './point';
import { DAY, MINUTE, SECOND } from '../../lambda-src/basics/time';
import { RotationConfig } from '../../src/private/rotation-contract';
import { SimulatedNode } from '../world/nodes';
import { CommandRequest } from '../world/services/ssm-command';

/** A broken promise of the rotation, as `P1` to `P8` in test/reliability/README.md. */
export interface Violation {
  readonly promise: string;
  readonly what: string;
  /** The effect after which it showed. */
  readonly at: string;
}

export function describeViolation({ promise, what, at }: Violation): string {
  return `${promise} ${what} after ${at}`;
}

/** What the promises are about: a user's keys, a secret's versions, and the servers that hold them. */
export interface Situation extends Traces {
  readonly clock: Clock;
  readonly secret: Secret;
  readonly current?: SecretVersion;
  readonly pending?: SecretVersion;
  readonly servers: readonly SimulatedNode[];
}

const UNUSED = 'SES_SMTP_UNUSED_';

type Call = Pick<ApiCall, 'action' | 'input'>;

/** Looks after every effect whether what the rotation promises still holds. */
export class Promises {
  public readonly violations: Violation[] = [];
  /** Keys that somebody deleted or deactivated by hand: what breaks by that is not the rotation's doing. */
  public readonly excused = new Set<string>();
  /** People changed keys, or IAM did not show them all: a stray key may live until the next rotation. */
  public strayKeysExpected = false;
  /** Keys that the function made or found in the secret; others are touched only if the user belongs to the construct. */
  private readonly ownKeys = new Set<string>();
  /** Key and region of every login that was accepted. */
  private readonly authenticated = new Set<string>();
  private readonly everHeld = new Map<SimulatedNode, Set<string>>();
  private readonly joinedAt = new Map<SimulatedNode, number>();
  private currentId: string | undefined;
  private currentKey: string | undefined;
  /** When a key was current for the last time, and when the function made it inactive. */
  private readonly supersededAt = new Map<string, number>();
  private readonly inactiveSince = new Map<string, number>();
  private promotions = 0;
  private point = 'the beginning';

  constructor(private readonly lab: Situation) {
    this.currentId = lab.current?.id;
    for (const version of this.labelled()) this.ownKeys.add(keyIn(version) ?? '');
  }

  public noteServer(server: SimulatedNode): void {
    if (!this.joinedAt.has(server)) this.joinedAt.set(server, this.lab.clock.now());
    const held = this.everHeld.get(server) ?? new Set();
    this.everHeld.set(server, held);
    if (server.heldCredential) held.add(server.heldCredential.username);
  }

  public noteLogin(username: string, region: string): void {
    this.authenticated.add(`${username} ${region}`);
  }

  /** P2 and P4, before it happens. */
  public noteCall({ action, input }: Call, step: string): void {
    if (!['DeleteAccessKey', 'UpdateAccessKey'].includes(action)) return;
    // A rotation that needs the slot ends the grace early.
    if (step !== 'createSecret') this.checkGrace(action, String(input.AccessKeyId));
    this.checkHold(action, String(input.AccessKeyId));
    const ours = this.lab.config.user.owned || this.ownKeys.has(String(input.AccessKeyId));
    if (!ours || input.UserName !== this.lab.config.user.name) this.violate('P4', `${action} of a key that is not ours`);
  }

  public noteReply({ action, input }: Call, output: unknown): void {
    if (action === 'UpdateAccessKey') this.inactiveSince.set(String(input.AccessKeyId), this.lab.clock.now());
    if (action !== 'CreateAccessKey') return;
    const { AccessKey } = output as { AccessKey: { AccessKeyId: string } };
    this.ownKeys.add(AccessKey.AccessKeyId);
  }

  /** Somebody changed the secret by hand: what is current now is theirs. */
  public noteEdit(): void {
    this.currentId = this.lab.current?.id;
    this.ownKeys.add(keyIn(this.lab.current) ?? '');
  }

  public check(point: Point): void {
    this.point = `${point.number}: ${point.step} ${point.name}`;
    this.noteCurrentKey();
    this.checkCurrentKey();
    this.lab.servers.forEach(server => this.checkHeldKey(server));
    if (this.lab.world.iam.keysOf(this.lab.config.user.name).length > 2) this.violate('P4', 'the user has more than two keys');
    if (this.lab.current?.id !== this.currentId) this.checkPromotion(point);
  }

  /** P8: a failure names its step and says more than that. */
  public checkError({ message }: Error, step: string): void {
    if (!message.startsWith(`${step}: `) || message.length < step.length + 20) this.violate('P8', `an error that explains nothing: ${message}`);
  }

  /** P8: the function ends before Lambda ends it. */
  public checkDuration(milliseconds: number, timeout: number, step: string): void {
    if (milliseconds > timeout) this.violate('P8', `${step} took ${milliseconds / 1000} s of ${timeout / 1000} s`);
  }

  /** What every rotation that succeeded leaves, however it got there. */
  public checkRotated(): void {
    this.point = 'the end of a rotation';
    const { lab } = this;
    if (lab.pending && lab.pending !== lab.current) this.violate('P5', 'AWSPENDING is left over');
    const current = keyIn(lab.current);
    if (current) this.required(current).forEach(server => this.checkServerHolds(server, current));
    if (!this.strayKeysExpected) this.checkLeftOvers();
  }

  /** P5: no trace is left of what went wrong. */
  public checkConverged(): void {
    this.point = 'the end';
    const { lab } = this;
    const current = keyIn(lab.current);
    if (!current) return this.violate('P5', 'AWSCURRENT holds no credential');
    this.checkCurrentKey();
    if (!this.hasAuthenticated(current)) this.violate('P5', 'the current credential has never authenticated');
    lab.servers.forEach(server => this.checkServerHolds(server, current));
    this.checkLeftOvers();
    this.checkDeliveryLabels();
  }

  /** P5: of a rotation whose grace is over nothing is left but the current key. */
  public checkRetired(): void {
    this.point = 'the end of the grace';
    const { iam } = this.lab.world;
    const others = iam.keysOf(this.lab.config.user.name).filter(({ accessKeyId }) => accessKeyId !== keyIn(this.lab.current));
    if (others.length > 0) this.violate('P5', 'a key outlives its grace');
    const noted = this.labelled().some(({ labels }) => [...labels].some(label => /^SES_SMTP_(UNUSED|INACTIVE)_/.test(label)));
    if (noted) this.violate('P5', 'a version is labelled for a key that is gone');
  }

  /** P7: everything that left the function, searched for everything that is secret. */
  public checkSecrecy(): void {
    const { world, config } = this.lab;
    for (const leak of leaksIn(everythingOutside(this.lab), world, regionsOf(config))) this.violate('P7', leak);
  }

  /** What later checks depend on. */
  public memory(): unknown {
    return [this.promotions, [...this.everHeld.values()].map(held => [...held])];
  }

  public violate(promise: string, what: string): void {
    this.violations.push({ promise, what, at: this.point });
  }

  private noteCurrentKey(): void {
    const key = keyIn(this.lab.current);
    if (key === this.currentKey) return;
    if (this.currentKey) this.supersededAt.set(this.currentKey, this.lab.clock.now());
    this.currentKey = key;
  }

  /** P2. */
  private checkGrace(action: string, key: string): void {
    const { clock, config } = this.lab;
    const unusedFor = clock.now() - (this.supersededAt.get(key) ?? -Infinity);
    if (unusedFor < config.gracePeriodSeconds * SECOND) this.violate('P2', `${action} of ${key}, whose grace has not ended`);
    const inactiveFor = clock.now() - (this.inactiveSince.get(key) ?? -Infinity);
    if (action === 'DeleteAccessKey' && inactiveFor < DAY) this.violate('P2', `${action} of ${key}, which has not been inactive for a day`);
  }

  /** P11, as far as the function can know: the secret records since when a key is unused, and IAM its last use. */
  private checkHold(action: string, key: string): void {
    const { clock, config: { gracePeriodSeconds, holdWhileUsedSeconds }, current, world: { iam } } = this.lab;
    const use = iam.lastUse(key);
    const since = Math.max(...this.labelled().filter(version => keyIn(version) === key).map(unusedSince));
    if (!use || !Number.isFinite(since) || iam.findAccessKey(key)?.status !== 'Active' || this.isDead(keyIn(current) ?? '')) return;
    const isHeld = clock.now() < since + (gracePeriodSeconds + holdWhileUsedSeconds) * SECOND;
    const wasUsed = use.at >= since + 15 * MINUTE && clock.now() - use.at < Math.min(DAY, gracePeriodSeconds * SECOND);
    if (isHeld && wasUsed && holdWhileUsedSeconds > 0) this.violate('P11', `${action} of ${key}, which is still used`);
  }

  /** P1. A secret without a credential has no key to keep. */
  private checkCurrentKey(): void {
    const key = keyIn(this.lab.current);
    if (key && this.isDead(key)) this.violate('P1', 'the key in AWSCURRENT does not work');
  }

  /** P2. */
  private checkHeldKey({ heldCredential, instanceId }: SimulatedNode): void {
    if (heldCredential && this.isDead(heldCredential.username)) this.violate('P2', `the key that ${instanceId} holds does not work`);
  }

  private isDead(accessKeyId: string): boolean {
    return this.lab.world.iam.findAccessKey(accessKeyId)?.status !== 'Active' && !this.excused.has(accessKeyId);
  }

  /** P3. Secrets Manager itself may make the very first value current: nobody can prevent that. */
  private checkPromotion(point: Point): void {
    const bySecretsManager = this.currentId === undefined && point.name === 'PutSecretValue';
    this.currentId = this.lab.current?.id;
    if (bySecretsManager) return;
    const key = keyIn(this.lab.current);
    if (!key || !this.hasAuthenticated(key)) this.violate('P3', 'a credential was promoted that has not authenticated');
    else this.checkConfirmations(key);
    this.promotions += 1;
  }

  /** At every endpoint. */
  private hasAuthenticated(key: string): boolean {
    return regionsOf(this.lab.config).every(region => this.authenticated.has(`${key} ${region}`));
  }

  private checkConfirmations(key: string): void {
    const missing = this.required(key).filter(server => !this.everHeld.get(server)?.has(key));
    if (missing.length > 0) this.violate('P3', `a credential was promoted that ${missing.length} servers do not have`);
    const tooFew = this.lab.config.fleets.length > 0 && this.lab.servers.length === 0 && this.promotions > 0;
    if (tooFew) this.violate('P3', 'a credential was promoted that no server has');
  }

  /** The servers that were there when Run Command last looked which ones a credential is for. */
  private required(key: string): SimulatedNode[] {
    return this.lab.servers.filter(server => (this.joinedAt.get(server) ?? 0) < this.lastSent(key, server));
  }

  private lastSent(key: string, server: SimulatedNode): number {
    const { commands, resolutionDelay } = this.lab.world.ssm;
    const version = this.lab.current?.id ?? '';
    const carriers = commands.filter(({ request }) => isFor(server, request)
      && Object.values(request.parameters).some(([value]) => value === version || value === key));
    return carriers.length === 0 ? this.lab.clock.now() : Math.max(...carriers.map(({ requestedAt }) => requestedAt + resolutionDelay));
  }

  private checkServerHolds({ instanceId, heldCredential }: SimulatedNode, current: string | undefined): void {
    if (heldCredential?.username !== current) this.violate('P5', `${instanceId} does not hold the current credential`);
  }

  private checkLeftOvers(): void {
    const referenced = this.labelled().map(keyIn);
    const leftOver = this.lab.world.iam.keysOf(this.lab.config.user.name).filter(({ accessKeyId }) => !referenced.includes(accessKeyId));
    if (leftOver.length > 0 && this.lab.config.user.owned) this.violate('P5', 'a key is left over that no version refers to');
  }

  /** A version that servers held once must not protect its key for ever. */
  private checkDeliveryLabels(): void {
    const held = this.labelled().filter(isDelivered);
    if (held.some(version => version !== this.lab.current)) this.violate('P5', 'a version that no server holds is marked as delivered');
  }

  private labelled(): SecretVersion[] {
    return [...this.lab.secret.versions.values()].filter(({ labels }) => labels.size > 0);
  }
}

/** Whether a command is for the fleet of a server. */
function isFor({ instanceId, resourceGroups, tags }: SimulatedNode, { instanceIds, targets }: CommandRequest): boolean {
  if (targets.length === 0) return instanceIds.includes(instanceId);
  return targets.every(({ Key, Values }) => Values.some(value => value === tags[Key.slice('tag:'.length)]
    || (Key === 'resource-groups:Name' && resourceGroups.includes(value))));
}

/** Not a number if the version has no label for it. */
function unusedSince({ labels }: SecretVersion): number {
  const label = [...labels].find(each => each.startsWith(UNUSED)) ?? '';
  return Date.parse(label.slice(UNUSED.length, UNUSED.length + '2026-01-01T00:00:00.000Z'.length));
}

/** The regions that a credential has a password for. */
export function regionsOf({ additionalEndpoints = [], endpoint }: RotationConfig): string[] {
  return [endpoint, ...additionalEndpoints].map(({ region }) => region);
}

/** Whether a version is marked as one that servers may hold. */
export function isDelivered({ labels }: SecretVersion): boolean {
  return [...labels].some(label => label.startsWith('SES_SMTP_DELIVERED_'));
}

/** The id of the access key in a version's value, in whatever format. */
export function keyIn(version: SecretVersion | undefined): string | undefined {
  return /AKIA[A-Z0-9]{16}/.exec(version?.value?.SecretString ?? '')?.[0];
}
