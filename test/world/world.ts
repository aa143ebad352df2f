import { Environment, Random } from './environment';
import { AsynchronousInvocations } from './functions/asynchronous-invocations';
import { CustomResources } from './functions/custom-resources';
import { FunctionInvoker, Functions } from './functions/deployed-functions';
import { EventRules } from './functions/event-rules';
import { RotationDriver } from './functions/rotation-driver';
import { Credentials, Iam } from './services/iam';
import { IamApi } from './services/iam-api';
import { Kms } from './services/kms';
import { Permissions } from './services/permissions';
import { Secret, SecretOptions, SecretsManager } from './services/secrets-manager';
import { SecretsManagerApi } from './services/secrets-manager-api';
import { SendingOptions } from './services/ses-smtp';
import { Ssm } from './services/ssm';
import { StateManager } from './services/state-manager';
import { Sts } from './services/sts';
import { ApiCall, InProcessHandler, Interceptor, RecordedCall, Wire } from './services/wire';
import { Clock } from './time/clock';

export interface WorldOptions {
  readonly clock: Clock;
  readonly region?: string;
  readonly account?: string;
  readonly partition?: string;
  /** The same seed gives the same names, keys and tokens. */
  readonly seed?: string;
}

/** What an AWS SDK client needs to call the world without a socket. */
export interface ClientConfig {
  readonly region: string;
  readonly credentials: Credentials;
  readonly requestHandler: InProcessHandler;
}

const URL_SUFFIXES: Record<string, string> = { 'aws-eusc': 'amazonaws.eu', 'aws-cn': 'amazonaws.com.cn' };

/** One account in one region of a local AWS. */
export class World implements Environment {
  public readonly clock: Clock;
  public readonly random: Random;
  public readonly permissions = new Permissions();
  public readonly region: string;
  public readonly account: string;
  public readonly partition: string;
  public readonly urlSuffix: string;

  public readonly iam: Iam;
  public readonly kms: Kms;
  public readonly secretsManager: SecretsManager;
  public readonly ssm: Ssm;
  public readonly stateManager: StateManager;
  public readonly functions: Functions;
  public readonly rotation: RotationDriver;
  public readonly asynchronousInvocations: AsynchronousInvocations;
  public readonly eventRules: EventRules;
  public readonly customResources: CustomResources;
  /** How the code of functions runs: set it before anything rotates. */
  public functionInvoker?: FunctionInvoker;

  private readonly wire: Wire;

  constructor(options: WorldOptions) {
    this.clock = options.clock;
    this.random = new Random(options.seed);
    this.region = options.region ?? 'eu-west-1';
    this.account = options.account ?? '111122223333';
    this.partition = options.partition ?? 'aws';
    this.urlSuffix = URL_SUFFIXES[this.partition] ?? 'amazonaws.com';
    this.iam = new Iam(this);
    this.kms = new Kms(this);
    this.secretsManager = new SecretsManager(this);
    this.ssm = new Ssm(this);
    this.stateManager = new StateManager(this, this.ssm);
    this.functions = new Functions(this);
    this.rotation = new RotationDriver(this, this.secretsManager, this.functions, async (fn, event) => this.invoke(fn, event));
    this.asynchronousInvocations = new AsynchronousInvocations(this, async (fn, event) => this.invoke(fn, event));
    this.eventRules = new EventRules(this, this.functions, this.asynchronousInvocations);
    this.customResources = new CustomResources(this, this.functions, this.asynchronousInvocations);
    this.wire = new Wire(this, {
      iam: new IamApi(this, this.iam).operations(),
      sts: new Sts().operations(),
      ssm: this.ssm.operations(),
      secretsmanager: new SecretsManagerApi(this, this.secretsManager, this.kms).operations(),
    }, accessKeyId => this.iam.authenticate(accessKeyId), request => this.customResources.urls.upload(request));
  }

  /** Every call that arrived, in the order in which they ended. */
  public get calls(): RecordedCall[] {
    return this.wire.calls;
  }

  public get intercept(): Interceptor | undefined {
    return this.wire.intercept;
  }

  public set intercept(interceptor: Interceptor | undefined) {
    this.wire.intercept = interceptor;
  }

  /** A secret that no template describes, as somebody made it before. */
  public setupSecret(options: SecretOptions): Secret {
    return this.secretsManager.createSecret(options);
  }

  public credentialsFor(roleArn: string): Credentials {
    return this.iam.credentialsFor(roleArn);
  }

  /** For SDK clients: as the role, or as a person who may do everything. */
  public clientConfig(roleArn?: string): ClientConfig {
    const credentials = roleArn === undefined ? this.iam.administratorCredentials() : this.iam.credentialsFor(roleArn);
    return { region: this.region, credentials, requestHandler: this.requestHandler() };
  }

  public requestHandler(): InProcessHandler {
    return this.wire.requestHandler();
  }

  /** A call without the wire format and the SDK around it: for tests that make millions of them. */
  public async perform(call: Pick<ApiCall, 'service' | 'action' | 'input'>, accessKeyId: string): Promise<unknown> {
    return this.wire.perform(call, accessKeyId);
  }

  /** Serves all services on one loopback port; resolves with the URL for AWS_ENDPOINT_URL_*. ResponseURLs lead there as well. */
  public async listen(port = 0): Promise<string> {
    const url = await this.wire.listen(port);
    this.customResources.urls.baseUrl = url;
    return url;
  }

  public async close(): Promise<void> {
    this.customResources.urls.baseUrl = undefined;
    await this.wire.close();
  }

  /** Whether the user may send as the address: what the SMTP endpoint of a region asks, which is the world's unless told. */
  public maySend(userName: string, from: string, options: SendingOptions = {}): boolean {
    const { configurationSet, region = this.region, sourceIp } = options;
    const context = { 'ses:FromAddress': from, 'ses:ApiVersion': '2', ...sourceIp !== undefined && { 'aws:SourceIp': sourceIp } };
    const may = (resource: string) =>
      this.iam.isAllowed(userName, 'ses:SendRawEmail', `arn:${this.partition}:ses:${region}:${this.account}:${resource}`, context);
    const identities = [from, from.split('@').at(-1) ?? from];
    return identities.some(identity => may(`identity/${identity}`))
      && (configurationSet === undefined || may(`configuration-set/${configurationSet}`));
  }

  private async invoke(...[fn, event]: Parameters<FunctionInvoker>): Promise<unknown> {
    if (!this.functionInvoker) throw new Error('set world.functionInvoker before anything rotates');
    return this.functionInvoker(fn, event);
  }
}
