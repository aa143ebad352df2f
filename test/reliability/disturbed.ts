import { Point } from './point';
import { RunningInvocation } from './running-invocation';
import { SDK_ATTEMPTS, sdkClient } from './sdk-client';
import { SECOND } from '../../lambda-src/basics/time';
import { Dependencies } from '../../lambda-src/context';
import { Credential } from '../../lambda-src/secret/credential';
import { EndpointConfig } from '../../src/private/rotation-contract';
import { loginTo, sendTo } from '../lambda-src/ses-sessions';
import { ApiCall, AwsError, Clock, holderOf, PENDING, ServiceName, World } from '../world';
import { SimulatedNode } from '../world/nodes';
import { SesSmtp } from '../world/services/ses-smtp';

/** Stands in for an effect: makes it happen or not, and says what the caller sees of it. */
export type Strike<Where> = (effect: () => Promise<unknown>, where: Where, point: Point) => Promise<unknown>;

/** What goes wrong at a point, by its kind. */
export type Strikes<Where> = { readonly [Kind in Point['kind']]?: Strike<Where> };

export type Call = Pick<ApiCall, 'service' | 'action' | 'input'>;

/** Is told of every effect of the function, and looks at the promises after it. */
export interface Watcher<Invocation> {
  noteCall(call: Call, invocation: Invocation): void;
  noteReply(call: Call, output: unknown): void;
  noteLogin(username: string, region: string): void;
  check(point: Point): void;
}

/** IAM shows a change everywhere within seconds. */
const LONGEST_STALE = 20 * SECOND;

/** A world in which anything can go wrong at any effect of the function and of the mail servers. */
export abstract class Disturbed<Invocation extends RunningInvocation = RunningInvocation> {
  public abstract readonly clock: Clock;
  public abstract readonly world: World;
  public abstract readonly ses: SesSmtp;
  public abstract readonly promises: { strayKeysExpected: boolean };
  public readonly servers: SimulatedNode[] = [];
  public readonly points: Point[] = [];
  /** Everything that left the function besides its calls: logs and errors. */
  public readonly output: string[] = [];
  /** Lets somebody else decide when an effect takes place. */
  public beforeEffect?: (point: Point) => Promise<void>;
  /** So many calls of ListAccessKeys show the keys as they were before the last change. */
  public staleKeyLists = 0;
  /** So many calls of GetSecretValue do not find the value of the pending version. */
  public hiddenPendingValues = 0;

  /** Servers have printed a credential: where, everybody may read it who may read their output. */
  public serversPrintSecrets = false;

  protected readonly running = new Set<Invocation>();
  protected abstract readonly watcher: Watcher<Invocation>;
  /** By their user, as they were before their last change. */
  private readonly keysBefore = new Map<string, { readonly keys: unknown; readonly changedAt: number }>();

  /** @param sdkRetries the SDK sends a request again that got no answer, was throttled or met a server error, as in Lambda */
  constructor(private readonly sdkRetries = false) {}

  /** Ends the invocation of a point, and never returns to it. */
  public abstract killFunction(point: Point): Promise<never>;

  protected abstract strikeAt(point: Point): ((effect: () => Promise<unknown>) => Promise<unknown>) | undefined;
  /** The access key of the role that the function runs with. */
  protected abstract roleKeyOf(invocation: Invocation): string;

  protected dependencies(invocation: Invocation, respond: Dependencies['respond']): Dependencies {
    const attempts = this.sdkRetries ? SDK_ATTEMPTS : 1;
    return {
      secretsManager: this.client<Dependencies['secretsManager']>(invocation, 'secretsmanager', attempts),
      iam: this.client<Dependencies['iam']>(invocation, 'iam', attempts),
      iamSingleTry: this.client<Dependencies['iam']>(invocation, 'iam', 1),
      ssm: this.client<Dependencies['ssm']>(invocation, 'ssm', attempts),
      loginAt: endpoint => async credential => this.at('login', endpoint.host, invocation, async () =>
        this.noteLogin(endpoint, credential, await loginTo(this.ses)(endpoint)(credential))),
      sendAt: endpoint => async (credential, message) => this.at('login', endpoint.host, invocation, async () =>
        this.noteLogin(endpoint, credential, await sendTo(this.ses)(endpoint)(credential, message))),
      clock: {
        now: () => this.clock.now(),
        sleep: async milliseconds => this.at('pause', 'pause', invocation, async () => this.clock.sleep(milliseconds)),
      },
      random: () => 0.5,
      writeLog: line => this.output.push(line),
      respond,
    };
  }

  /** An effect: it happens at a point of its own, with what goes wrong there, and the promises are looked at after it. */
  protected async at<T>(kind: Point['kind'], name: string, invocation: Invocation | undefined, effect: () => Promise<T>): Promise<T> {
    if (invocation?.dead) return never();
    const point: Point = { number: this.points.length + 1, invocation: invocation?.number, kind, name, step: invocation?.step ?? 'a mail server' };
    this.points.push(point);
    await this.beforeEffect?.(point);
    if (invocation?.dead) return never();
    const checked = async () => {
      try {
        return await effect();
      } finally {
        this.watcher.check(point);
      }
    };
    const strike = this.strikeAt(point);
    const result = await (strike ? strike(checked) : checked()) as T;
    return invocation?.dead ? never() : result;
  }

  private client<Client>(invocation: Invocation, service: ServiceName, attempts: number): Client {
    return sdkClient<Client>({ attempts, random: this.world.random }, async (action, input) => this.at('call', action, invocation, async () =>
      this.call({ service, action, input }, invocation)));
  }

  private async call(call: Call, invocation: Invocation): Promise<unknown> {
    const changesKeys = ['CreateAccessKey', 'DeleteAccessKey', 'UpdateAccessKey'].includes(call.action);
    const userName = String(call.input.UserName);
    const keys = changesKeys ? this.listKeys(userName) : undefined;
    if (this.isHidden(call)) throw new AwsError('ResourceNotFoundException', "Secrets Manager can't find the specified secret value");
    const stale = call.action === 'ListAccessKeys' && this.staleKeyLists-- > 0 ? this.keysBefore.get(userName) : undefined;
    if (stale && this.clock.now() - stale.changedAt < LONGEST_STALE) return stale.keys;
    this.watcher.noteCall(call, invocation);
    const output = await this.world.perform(call, this.roleKeyOf(invocation));
    if (keys) this.keysBefore.set(userName, { keys, changedAt: this.clock.now() });
    this.watcher.noteReply(call, output);
    return output;
  }

  /** As ListAccessKeys answers. */
  private listKeys(userName: string) {
    const AccessKeyMetadata = this.world.iam.keysOf(userName)
      .map(({ accessKeyId, status, createDate }) => ({ AccessKeyId: accessKeyId, Status: status, CreateDate: createDate }));
    return { AccessKeyMetadata, IsTruncated: false };
  }

  private isHidden({ action, input: { SecretId, VersionId } }: Call): boolean {
    if (action !== 'GetSecretValue' || VersionId === undefined || this.hiddenPendingValues <= 0) return false;
    const secret = this.world.secretsManager.find(String(SecretId));
    return secret !== undefined && holderOf(secret, PENDING)?.id === VersionId && this.hiddenPendingValues-- > 0;
  }

  private noteLogin<Result extends { readonly outcome: string }>({ region }: EndpointConfig, { username }: Credential, result: Result): Result {
    if (result.outcome === 'accepted') this.watcher.noteLogin(username, region);
    return result;
  }
}

export async function never(): Promise<never> {
  return new Promise(() => undefined);
}
