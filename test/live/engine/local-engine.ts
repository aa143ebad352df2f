import { IAMClient } from '@aws-sdk/client-iam';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SSMClient } from '@aws-sdk/client-ssm';
import { STSClient } from '@aws-sdk/client-sts';
import { Callers, Denial, Engine, LeftOver, LogLine } from './engine';
import { leftOver, leftOverKey } from './left-overs';
import { LocalServers } from './local-servers';
import { LocalStacks } from './local-stacks';
import { SECOND } from '../../../lambda-src/basics/time';
import { Invocation, invoke } from '../../../lambda-src/invocation';
import { loginTo, sendTo } from '../../lambda-src/ses-sessions';
import { FunctionRuns } from '../../lifecycle/function-runs';
import { World } from '../../world';
import { SesSmtp } from '../../world/services/ses-smtp';
import { ConcurrentClock } from '../../world/time/concurrent-clock';

const DENIED = ['AccessDenied', 'AccessDeniedException'];

/** The local AWS in virtual time. CloudFormation, Lambda, CloudWatch and CloudTrail have no wire protocol there: the engine asks the world itself. */
export class LocalEngine implements Engine {
  public readonly name = 'the local AWS';
  public readonly isLocal = true;
  public readonly clock = new ConcurrentClock();
  public readonly world = new World({ clock: this.clock });
  public readonly region = this.world.region;
  public readonly urlSuffix = this.world.urlSuffix;
  public readonly ses = new SesSmtp({
    credentials: this.world.iam,
    clock: this.clock,
    maySend: (...message) => this.world.maySend(...message),
    faults: { propagationDelay: 12 * SECOND },
  });
  public readonly iam = new IAMClient(this.world.clientConfig());
  public readonly secretsManager = new SecretsManagerClient(this.world.clientConfig());
  public readonly ssm = new SSMClient(this.world.clientConfig());
  public readonly sts = new STSClient(this.world.clientConfig());
  public readonly loginAt = loginTo(this.ses);
  public readonly sendAt = sendTo(this.ses);
  public readonly servers = new LocalServers(this.world, this.ses);
  public readonly stacks = new LocalStacks(this.world, (resource, properties) => this.servers.onCreated(resource, properties));
  private readonly lines = new Map<string, LogLine[]>();

  /** @param subject the function, if not that of this library */
  constructor(subject?: typeof invoke) {
    const functions = new FunctionRuns({
      world: this.world, ses: this.ses, invoke: subject, writeLog: (text, { name }) => this.write(name, text),
    });
    this.world.functionInvoker = async (fn, event) => functions.run(fn, event as Invocation);
  }

  public async invoke(functionName: string, payload: unknown): Promise<unknown> {
    const fn = this.world.functions.find(functionName);
    if (!fn) throw new Error(`Function not found: ${functionName}`);
    return this.world.functionInvoker!(fn, payload);
  }

  /** A function's log group is known by the function's name. */
  public async linesOf(logGroup: string): Promise<LogLine[]> {
    return this.lines.get(logGroup) ?? [];
  }

  public async denials({ roles }: Callers, since: number): Promise<Denial[]> {
    const denied = this.world.calls.filter(({ at, error }) => at >= since && error !== undefined && DENIED.includes(error));
    return denied.flatMap(({ action, principal, service }) => {
      const caller = roles.find(name => principal.split('/').includes(name));
      return caller === undefined ? [] : [{ caller, action: `${service}:${action}` }];
    });
  }

  /** There is one Region. */
  public async resolves(host: string): Promise<boolean> {
    return host.includes(`.${this.region}.`);
  }

  public async leftOvers(prefix: string): Promise<LeftOver[]> {
    const { functions, iam, secretsManager, ssm } = this.world;
    const isOurs = (name: string) => name.startsWith(prefix);
    return [
      ...this.stacks.names.filter(isOurs).map(leftOver('stack')),
      ...iam.userNames.filter(isOurs).map(leftOver('user')),
      ...iam.userNames.filter(isOurs).flatMap(user => iam.keysOf(user).map(({ accessKeyId }) => leftOverKey(user, accessKeyId))),
      ...iam.roleNames.filter(isOurs).map(leftOver('role')),
      ...secretsManager.allSecrets().map(({ name }) => name).filter(isOurs).map(leftOver('secret')),
      ...functions.all.map(({ name }) => name).filter(isOurs).map(leftOver('function')),
      ...ssm.documents.names.filter(isOurs).map(leftOver('document')),
    ];
  }

  public async close(): Promise<void> {
    await this.world.rotation.idle();
  }

  private write(logGroup: string, text: string): void {
    this.lines.set(logGroup, [...this.lines.get(logGroup) ?? [], { at: this.clock.now(), text }]);
  }
}
