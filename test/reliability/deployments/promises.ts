import { Call } from './call';
import { brokenThings, reportable, STRAY_KEY, troubles } from './health';
import { IMPORTED_SECRET } from './names';
import { Change, Place } from './place';
import { DAY, HOUR, MINUTE, SECOND } from '../../../lambda-src/basics/time';
import { RotationConfig } from '../../../src/private/rotation-contract';
import { CURRENT, CustomResourceRequest, holderOf, Secret } from '../../world';
import { SimulatedNode } from '../../world/nodes';
import { isTarget } from '../../world/services/ssm';
import { Call as AwsCall, Watcher } from '../disturbed';
import { describeCommand, leaksIn } from '../leaks';
import { Point } from '../point';
import { isDelivered, keyIn, regionsOf, Violation } from '../promises';

/** A step and more than that; or a call that is none of these. */
const EXPLAINED = /^(((create|set|test|finish)Secret|waitForRotation|deleteKeys|watchdog): .{20,}|this function (takes|rotates) .{20,})/;
/** What retires keys. */
const ROTATING = ['createSecret', 'watchdog'];
/** So long a credential may not work before the watchdog must have failed. */
const UNNOTICED = 2 * HOUR;

interface Current {
  readonly version: string | undefined;
  readonly key: string | undefined;
}

/** Looks after every effect of a deployment whether P1 to P10 hold. */
export class DeploymentPromises implements Watcher<Call> {
  public readonly violations: Violation[] = [];
  public strayKeysExpected = false;
  /** Versions that became current since the deployment began. */
  public promotions = 0;

  private readonly current = new Map<string, Current>();
  private readonly everCurrent = new Set<string>();
  private readonly everHeld = new Map<SimulatedNode, Set<string>>();
  private readonly authenticated = new Set<string>();
  private readonly supersededAt = new Map<string, number>();
  private readonly inactiveSince = new Map<string, number>();
  /** What CloudFormation wants deleted: secrets and users. */
  private readonly condemned = new Set<string>();
  /** The current keys of before the deployment. */
  private keysBefore: string[] = [];
  private brokenSince?: number;
  private noticed = false;
  private point = 'the beginning';

  constructor(private readonly place: Place, private readonly change: Change) {}

  /** The stack as a whole goes, and nothing was there before it. */
  private get isLeaving(): boolean {
    const { status } = this.place;
    return status.startsWith('DELETE') || (status.startsWith('ROLLBACK') && !this.isImport);
  }

  private get isImport(): boolean {
    return this.place.world.secretsManager.find(IMPORTED_SECRET) !== undefined;
  }

  /** The deployment begins. */
  public begin(): void {
    this.promotions = 0;
    this.keysBefore = [...this.current.values()].flatMap(({ key }) => key ?? []);
  }

  public violate(promise: string, what: string): void {
    if (!this.violations.some(known => known.promise === promise && known.what === what)) this.violations.push({ promise, what, at: this.point });
  }

  public noteServer(server: SimulatedNode): void {
    const held = this.everHeld.get(server) ?? new Set();
    this.everHeld.set(server, held);
    if (server.heldCredential) held.add(server.heldCredential.username);
  }

  public noteLogin(username: string, region: string): void {
    this.authenticated.add(`${username} ${region}`);
  }

  public noteCallOfFunction({ config, request }: Call): void {
    if (request) this.condemn(request, config);
  }

  /** P2, P4 and P9, before it happens. */
  public noteCall({ action, input: { AccessKeyId, UserName } }: AwsCall, call: Call): void {
    if (action !== 'DeleteAccessKey' && action !== 'UpdateAccessKey') return;
    const key = String(AccessKeyId);
    if (this.isImported(key) && !ROTATING.includes(call.step)) this.violate('P4', `${action} of a key that is not ours`);
    if (this.isCondemned(key, String(UserName))) return;
    if (call.step === 'watchdog') this.checkGrace(action, key, call.config);
    if (this.keysBefore.includes(key) && this.graceLeft(key, call.config) > 0) {
      this.violate('P9', `${action} of the key of before the deployment by ${call.step}, ${this.graceLeft(key, call.config) / HOUR} hours before the end of its grace`);
    }
  }

  public noteReply({ action, input }: AwsCall): void {
    if (action === 'UpdateAccessKey') this.inactiveSince.set(String(input.AccessKeyId), this.place.clock.now());
  }

  public check(point: Point): void {
    this.point = `${point.number}: ${point.step} ${point.name}`;
    this.place.world.secretsManager.allSecrets().forEach(secret => this.checkSecret(secret, point));
    if (!this.isLeaving) this.place.servers.forEach(server => this.checkHeldKey(server));
    this.noteHealth();
  }

  /** P8: what CloudFormation is told. */
  public noteAnswer({ Reason, Status }: { readonly Status: string; readonly Reason?: string }): void {
    if (Status === 'FAILED') this.checkMessage(Reason ?? '');
  }

  /** P8 and P10. */
  public noteEnd(call: Call, error?: Error): void {
    if (call.dead) return;
    if (error) this.checkMessage(error.message);
    if (call.step === 'watchdog') this.checkWatchdog(call, error);
  }

  /** P8: the function ends before Lambda ends it. */
  public checkDuration({ step }: Call, milliseconds: number, timeout: number): void {
    if (milliseconds > timeout) this.violate('P8', `${step} took ${milliseconds / SECOND} s of ${timeout / SECOND} s`);
  }

  /** P9, when the deployment and all beside it is over. */
  public checkRotations(): void {
    this.point = 'the end of the deployment';
    const { rotations } = this.change;
    if (this.promotions > rotations + 1) this.violate('P9', `${this.promotions} rotations, where ${rotations} were asked for`);
  }

  /** The grace of what was current before the deployment is over. */
  public endGrace(): void {
    this.keysBefore = [];
  }

  /** P9: CloudFormation is at an end from which it can go on. */
  public checkStatus(...allowed: string[]): void {
    this.point = 'the end of a deployment';
    const reasons = this.place.stack.events.filter(({ reason }) => reason !== undefined).slice(-2).map(({ logicalId, reason }) => `${logicalId}: ${reason}`);
    if (!allowed.includes(this.place.status)) this.violate('P9', `the stack is ${this.place.status} (${reasons.join('; ')})`);
  }

  /** P9: what is in force is what the credential is made for. */
  public checkSuitable(): void {
    this.point = 'the end of the deployment';
    for (const { config: { endpoint, format, secretArn } } of this.place.functions) {
      const value = holderOf(this.place.world.secretsManager.secret(secretArn), CURRENT)?.value?.SecretString ?? '';
      const isSuitable = format.fields ? value.includes(`"region":"${endpoint.region}"`) : !value.startsWith('{');
      if (!isSuitable) this.violate('P9', 'the credential is not as the stack is configured');
    }
  }

  /** P9: nothing has gone wrong. */
  public checkSucceeded(): void {
    if (!/^(CREATE|UPDATE|DELETE)_COMPLETE$/.test(this.place.status)) this.violate('P9', 'a deployment failed in which nothing went wrong');
  }

  /** P9: of keys that a deployment has made and given up, none is left when the grace is over. */
  public checkNoStrayKey(): void {
    this.point = 'the end of the grace';
    for (const trouble of troubles(this.place).filter(text => text === STRAY_KEY)) this.violate('P9', trouble);
  }

  /** P5: all is as if nothing had gone wrong. */
  public checkConverged(): void {
    this.point = 'the end';
    for (const { config } of this.place.functions) {
      const { secretsManager, iam } = this.place.world;
      const secret = secretsManager.secret(config.secretArn);
      const current = holderOf(secret, CURRENT);
      const labelled = [...secret.versions.values()].filter(({ labels }) => labels.size > 0);
      for (const thing of brokenThings(this.place)) this.violate('P5', thing);
      if (config.fleets.length > 0) this.requiredBy(config).filter(({ heldCredential }) => heldCredential?.username !== keyIn(current)).forEach(({ instanceId }) => this.violate('P5', `${instanceId} does not hold the current credential`));
      if (labelled.some(version => version !== current && isDelivered(version))) this.violate('P5', 'a version that no server holds is marked as delivered');
      const stray = iam.keysOf(config.user.name).filter(({ accessKeyId }) => !labelled.some(version => keyIn(version) === accessKeyId));
      if (stray.length > 0) this.violate('P5', 'a key is left over that no version refers to');
    }
  }

  /** P9: of a stack that is deleted, no key is left but those that somebody made. */
  public checkGone(): void {
    this.point = 'the end of the stack';
    const { iam } = this.place.world;
    const left = iam.issuedKeys.map(({ accessKeyId }) => accessKeyId).filter(key => iam.findAccessKey(key) && !this.isImported(key));
    if (left.length > 0) this.violate('P9', `${left.length} keys are left over`);
    const orphans = this.place.stack.orphans.filter(({ type }) => type !== 'AWS::KMS::Key').map(({ id }) => id);
    if (orphans.length > 0) this.violate('P9', `left over: ${orphans.join(', ')}`);
  }

  /** What later checks depend on. */
  public memory(): unknown {
    return [this.keysBefore, [...this.supersededAt.keys()], [...this.condemned].length];
  }

  /** P7: everything that left the function, searched for everything that is secret. */
  public checkSecrecy(): void {
    const { output, world, stack, calls, serversPrintSecrets } = this.place;
    const configs = new Map(calls.map(({ config }) => [JSON.stringify(config), config]));
    const regions = [...new Set([...configs.values()].flatMap(regionsOf))];
    const commands = world.ssm.commands.map(command => serversPrintSecrets ? command.request.parameters : describeCommand(command));
    const outside = [...output, ...configs.keys(), JSON.stringify([stack.events, commands])].join('\n');
    leaksIn(outside, world, regions).forEach(leak => this.violate('P7', leak));
  }

  /** What a request of CloudFormation is to take away. A rollback says so of the user and the secret of the update that failed. */
  private condemn({ OldResourceProperties: before, RequestType, ResourceProperties: now }: CustomResourceRequest, config: RotationConfig): void {
    const isDeletion = RequestType === 'Delete';
    const { SecretArn, UserName } = isDeletion ? now : this.place.status === 'UPDATE_ROLLBACK_IN_PROGRESS' ? before ?? now : now;
    const secretGoes = isDeletion ? SecretArn !== config.secretArn || now.SecretOwned === 'true' : SecretArn !== now.SecretArn;
    if (secretGoes) this.condemned.add(String(SecretArn));
    if (UserName !== config.user.name) this.condemned.add(String(UserName));
  }

  private isCondemned(key: string, userName: string): boolean {
    if (this.isLeaving || this.condemned.has(userName)) return true;
    const secrets = this.place.world.secretsManager.allSecrets();
    const holders = secrets.filter(({ versions }) => [...versions.values()].some(version => keyIn(version) === key));
    return holders.length > 0 && holders.every(secret => this.isCondemnedSecret(secret));
  }

  /** A template names an imported secret without the end of its ARN. */
  private isCondemnedSecret({ arn }: Secret): boolean {
    return [...this.condemned].some(condemned => arn.startsWith(condemned));
  }

  /** Whether somebody made it before the stack. Rotations replace it, and no deployment deletes it. */
  private isImported(key: string): boolean {
    return this.isImport && this.place.world.iam.issuedKeys[0]?.accessKeyId === key;
  }

  private checkSecret(secret: Secret, point: Point): void {
    const now: Current = { version: holderOf(secret, CURRENT)?.id, key: keyIn(holderOf(secret, CURRENT)) };
    const before = this.current.get(secret.arn);
    if (now.version !== before?.version) this.noteCurrent(secret, before, now, point);
    const isDead = now.key && !this.place.excused.has(now.key) && this.place.world.iam.findAccessKey(now.key)?.status !== 'Active';
    if (isDead && !this.isLeaving && !this.isCondemnedSecret(secret)) this.violate('P1', 'the key in AWSCURRENT does not work');
  }

  private noteCurrent(secret: Secret, before: Current | undefined, now: Current, point: Point): void {
    this.current.set(secret.arn, now);
    if (before?.key) this.supersededAt.set(before.key, this.place.clock.now());
    const isNew = now.version && !this.everCurrent.has(now.version);
    if (now.version) this.everCurrent.add(now.version);
    const call = this.place.callAt(point);
    if (!isNew || !call) return;
    this.promotions += 1;
    // Secrets Manager itself makes the first value of an empty secret current.
    if (before?.version === undefined && point.name === 'PutSecretValue') return;
    this.checkPromotion(now.key, call);
  }

  /** P3. */
  private checkPromotion(key: string | undefined, { config }: Call): void {
    const hasAuthenticated = key && regionsOf(config).every(region => this.authenticated.has(`${key} ${region}`));
    if (!hasAuthenticated) return this.violate('P3', 'a credential was promoted that has not authenticated');
    const missing = this.requiredBy(config).filter(server => !this.everHeld.get(server)?.has(key));
    if (missing.length > 0) this.violate('P3', `a credential was promoted that ${missing.length} servers do not have`);
  }

  private requiredBy({ fleets }: RotationConfig): SimulatedNode[] {
    return this.place.servers.filter(server => fleets.some(({ targets = [] }) =>
      targets.every(({ key, values }) => isTarget(server, { Key: key, Values: values }))));
  }

  /** P2. */
  private checkHeldKey({ heldCredential, instanceId }: SimulatedNode): void {
    if (!heldCredential || this.place.excused.has(heldCredential.username) || this.place.world.iam.findAccessKey(heldCredential.username)?.status === 'Active') return;
    this.violate('P2', `the key that ${instanceId} holds does not work`);
  }

  /** P2. */
  private checkGrace(action: string, key: string, config: RotationConfig): void {
    if (this.graceLeft(key, config) > 0) this.violate('P2', `${action} of a key whose grace has not ended`);
    const inactiveFor = this.place.clock.now() - (this.inactiveSince.get(key) ?? -Infinity);
    if (action === 'DeleteAccessKey' && inactiveFor < DAY) this.violate('P2', `${action} of a key that has not been inactive for a day`);
  }

  private graceLeft(key: string, { gracePeriodSeconds }: RotationConfig): number {
    return gracePeriodSeconds * SECOND - (this.place.clock.now() - (this.supersededAt.get(key) ?? -Infinity));
  }

  private checkMessage(message: string): void {
    if (this.isUntrue(message)) this.violate('P8', `an error that is not true: ${message}`);
    if (!EXPLAINED.test(message)) this.violate('P8', `an error that explains nothing: ${message}`);
  }

  /** A command that has ended is waited for no longer. */
  private isUntrue(message: string): boolean {
    const { clock, ssm } = this.place.world;
    const [, id] = /command (\S+) \(.+ was still running/.exec(message) ?? [];
    const command = ssm.commands.find(candidate => candidate.id === id);
    return command !== undefined && !/Pending|InProgress/.test(command.status) && clock.now() - command.requestedAt > MINUTE * 10;
  }

  /** P10: what the watchdog does not notice. */
  private noteHealth(): void {
    const things = this.isLeaving ? [] : reportable(this.place);
    if (things.length === 0) {
      this.brokenSince = undefined;
      this.noticed = false;
      return;
    }
    this.brokenSince ??= this.place.clock.now();
    if (this.place.clock.now() - this.brokenSince > UNNOTICED && !this.noticed) this.violate('P10', `the watchdog says nothing of this: ${things.join(', ')}`);
  }

  /** P10: what it reports. */
  private checkWatchdog(call: Call, error: Error | undefined): void {
    this.point = 'a run of the watchdog';
    if (error) this.noticed = true;
    this.noteHealth();
    if (error && !call.disturbed && !this.isLeaving && troubles(this.place).length === 0) this.violate('P10', `the watchdog failed where nothing is wrong: ${error.message}`);
  }
}
