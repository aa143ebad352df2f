import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Boundaries, KillPoint } from './boundaries';
import { DoomedFunction } from './doomed-function';
import { brokenNow, Watched } from './promises';
import { TurnTakingFleet } from './turn-taking-fleet';
import { CONFIG_VARIABLE, RotationConfig } from '../../../src/private/rotation-contract';
import { FUNCTION_MODULE } from '../../bench/asset';
import { FLEET_TAG } from '../../bench/stacks';
import { DefineStack } from '../../demo/local-aws';
import { ApiCall, ConnectionLost, deploy, DeployedFunction, holderOf, CURRENT, RealClock, RotationOutcome, SecretVersion, World } from '../../world';
import { SimulatedNode } from '../../world/nodes';
import { LoginResult, SesSmtp } from '../../world/services/ses-smtp';
import { SesSmtpServer } from '../../world/services/ses-smtp-server';
import { describeCommand, leaksIn } from '../leaks';

export interface GroundOptions {
  readonly define: DefineStack;
  readonly servers: number;
  /** Another function than the shipped one; its environment names the shipped one as FUNCTION_MODULE. */
  readonly codeDirectory?: string;
}

export interface RotationRecord {
  readonly outcome: RotationOutcome;
  /** In the order in which they arrived. */
  readonly requests: string[];
  /** Promises that were broken after some effect. */
  readonly violations: string[];
}

/** So long is a second of the function's pauses. */
const MILLISECONDS_PER_SECOND = 5;
const NOBODY_LISTENS: LoginResult = { ok: false, code: 454, message: 'the client is gone' };

/** The endpoint, with something around every login. */
class WatchedSes extends SesSmtp {
  public aroundLogin = (login: () => LoginResult) => login();

  public login(...args: Parameters<SesSmtp['login']>): LoginResult {
    return this.aroundLogin(() => super.login(...args));
  }
}

/** A deployed stack whose bundled function can be killed at any request, and whose promises are watched. */
export class ProvingGround implements Watched {
  public static async start(options: GroundOptions): Promise<ProvingGround> {
    const ground = new ProvingGround(options);
    await ground.smtp.start();
    const url = await ground.world.listen();
    ground.victim = ground.startFunction(url);
    return ground;
  }

  public readonly world = new World({ clock: new RealClock() });
  public readonly ses = new WatchedSes({ credentials: this.world.iam, clock: this.world.clock });
  public readonly secretArn: string;
  public readonly userName: string;
  private readonly smtp = new SesSmtpServer(this.ses, { region: this.world.region });
  private readonly assembly = mkdtempSync(join(tmpdir(), 'assembly-'));
  private readonly fleet: TurnTakingFleet;
  private readonly fn: DeployedFunction;
  private readonly firstVersion: SecretVersion;
  /** What others could read: errors, commands and what came back, the template and the function's environment. */
  private readonly outside: string[] = [];
  private victim?: DoomedFunction;
  private boundaries = new Boundaries();
  private violations = new Set<string>();

  private constructor(private readonly options: GroundOptions) {
    const deployment = this.deploy();
    [{ arn: this.secretArn }] = Object.values(deployment.secrets);
    [this.fn] = Object.values(deployment.functions);
    this.userName = (JSON.parse(this.fn.environment[CONFIG_VARIABLE]) as RotationConfig).user.name;
    this.firstVersion = holderOf(this.world.secretsManager.secret(this.secretArn), CURRENT)!;
    this.fleet = new TurnTakingFleet(this.world, options.servers, FLEET_TAG);
    this.world.ssm.nodes.push(...this.fleet.servers);
    this.world.ssm.resolutionDelay = 0;
    this.world.functionInvoker = async (_fn, event) => this.victim?.invoke(event);
    this.world.intercept = async (call, proceed) => this.aroundCall(call, proceed);
    this.ses.aroundLogin = login => this.aroundLogin(login);
  }

  public get servers(): SimulatedNode[] {
    return this.fleet.servers;
  }

  /** Rotates; a function that is killed or fails is tried again once. */
  public async rotate(killAt?: KillPoint): Promise<RotationRecord> {
    // As if the last rotation was more than a day ago: the function sees no command of it.
    this.world.ssm.commands.length = 0;
    this.boundaries = new Boundaries(killAt);
    this.violations = new Set();
    const outcome = await this.world.rotation.rotate(this.secretArn, { maxAttempts: killAt ? 2 : 1, retryDelay: 0 });
    this.check();
    const errors = outcome.attempts.flat().map(({ error }) => String(error));
    this.outside.push(...errors, JSON.stringify(this.world.ssm.commands.map(describeCommand)));
    return { outcome, requests: this.boundaries.requests, violations: [...this.violations] };
  }

  /** Makes everything as it was before the first rotation. */
  public forget(): void {
    const { iam, secretsManager } = this.world;
    const { versions } = secretsManager.secret(this.secretArn);
    for (const { accessKeyId } of iam.keysOf(this.userName)) iam.deleteAccessKey(this.userName, accessKeyId);
    versions.clear();
    versions.set(this.firstVersion.id, { ...this.firstVersion, labels: new Set([CURRENT]) });
    this.fleet.forget();
  }

  /** Ends everything; returns the secrets that others could read. */
  public async close(): Promise<string[]> {
    await this.victim?.close();
    await Promise.all([this.world.close(), this.smtp.close()]);
    await rm(this.assembly, { recursive: true, force: true });
    const outside = [...this.outside, ...this.victim?.written ?? []].join('\n');
    return leaksIn(outside, this.world, [this.world.region]).map(leak => `P7 ${leak}`);
  }

  private deploy() {
    const app = new App({ outdir: this.assembly });
    const { stackName } = this.options.define(app);
    const { template } = app.synth().getStackByName(stackName);
    const deployment = deploy(template, this.world, { stackName, assemblyDirectory: this.assembly });
    this.outside.push(JSON.stringify(template), ...Object.values(deployment.functions).map(({ environment }) => JSON.stringify(environment)));
    return deployment;
  }

  private startFunction(url: string): DoomedFunction {
    const { codeDirectory = this.fn.codeDirectory } = this.options;
    return new DoomedFunction({ ...this.fn, codeDirectory, environment: { ...this.fn.environment, FUNCTION_MODULE } }, {
      credentials: this.world.credentialsFor(this.fn.roleArn),
      endpoints: { secretsManager: url, iam: url, ssm: url, sts: url },
      routes: this.smtp.routes(),
      caFile: this.smtp.caFile,
      millisecondsPerSecond: MILLISECONDS_PER_SECOND,
    });
  }

  private async aroundCall(call: ApiCall, proceed: () => Promise<unknown>): Promise<unknown> {
    const death = this.boundaries.reach(call.action);
    if (death === 'before its effect') return this.dieIn(call);
    try {
      return await proceed();
    } finally {
      this.check();
      await this.goOn(call);
      // Throws: whatever the reply is, nobody gets it.
      if (death === 'before its reply') await this.dieIn(call);
    }
  }

  private aroundLogin(login: () => LoginResult): LoginResult {
    const death = this.boundaries.reach('AUTH');
    if (death === 'before its effect') return this.dieInLogin();
    const result = login();
    this.check();
    return death === 'before its reply' ? this.dieInLogin() : result;
  }

  /** Each look at a command that is on its way lets one more server answer it. */
  private async goOn({ action, input }: ApiCall): Promise<void> {
    const command = action === 'ListCommands' && this.world.ssm.commands.find(({ id }) => id === input.CommandId);
    if (!command || !['Pending', 'InProgress'].includes(command.status)) return;
    await this.fleet.letOneAnswer();
    this.check();
  }

  private async dieIn({ action }: ApiCall): Promise<never> {
    await this.victim?.kill();
    throw new ConnectionLost(`the function died in ${action}`);
  }

  private dieInLogin(): LoginResult {
    void this.victim?.kill();
    return NOBODY_LISTENS;
  }

  private check(): void {
    for (const violation of brokenNow(this)) this.violations.add(violation);
  }
}
