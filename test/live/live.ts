import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ListAccessKeysCommand } from '@aws-sdk/client-iam';
import { DescribeSecretCommand, GetSecretValueCommand, RotateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { synthesize } from './app/live-app';
import { LiveAppOptions } from './app/names';
import { Variation } from './app/variation';
import { Callers, Engine, LogLine, StackResource } from './engine/engine';
import { expect, Finding } from './outcome';
import { SecretText } from '../../lambda-src/basics/secret-text';
import { Clock, MINUTE, SECOND } from '../../lambda-src/basics/time';
import { Credential, parseFormer } from '../../lambda-src/secret/credential';
import { EndpointConfig, WATCHDOG_EVENT } from '../../src/private/rotation-contract';

/** SES takes messages for it, and delivers them to nobody. */
export const SIMULATOR = 'success@simulator.amazonses.com';

export interface LiveOptions extends LiveAppOptions {
  readonly signal: AbortSignal;
  readonly say: (text: string) => void;
}

/** A version of the secret, with the credential in it. */
export interface Version {
  readonly id: string;
  readonly credential: Credential;
}

/** One run of the suite: what it deploys, and how its steps look at it. */
export class Live {
  public readonly clock: Clock;
  public readonly start: number;
  public readonly findings: Finding[] = [];
  /** What is deployed. */
  public variation: Variation = {};
  /** What was current before the last rotation that a step has made. */
  public previous?: Version;
  public readonly assembly = mkdtempSync(join(tmpdir(), 'live-'));
  private readonly roles = new Set<string>();
  private readonly sessions = new Set<string>();

  constructor(public readonly engine: Engine, public readonly options: LiveOptions) {
    this.clock = interruptible(engine.clock, options.signal);
    this.start = this.clock.now();
  }

  public get stackName(): string {
    return this.options.prefix;
  }

  public get callers(): Callers {
    return { roles: [...this.roles], sessions: [...this.sessions] };
  }

  public find(id: string, answer: string): void {
    this.findings.push({ id, answer });
    this.options.say(`    ${id}: ${answer}`);
  }

  /** Deploys the stack with a difference from what is deployed. */
  public async deploy(variation: Variation = {}, stackName = this.stackName): Promise<void> {
    this.synthesize(variation);
    await this.engine.stacks.deploy(this.assembly, stackName);
    if (stackName === this.stackName) this.variation = variation;
    await this.noteCallers(stackName);
  }

  public synthesize(variation: Variation = {}): void {
    synthesize(this.options, variation, this.assembly);
  }

  public async destroy(stackName = this.stackName): Promise<void> {
    await this.engine.stacks.destroy(this.assembly, stackName);
  }

  /** The names of the stack's resources of a type. */
  public async named(type: string): Promise<string[]> {
    return (await this.resources()).filter(resource => resource.type === type).map(({ physicalId }) => physicalId);
  }

  public async one(type: string): Promise<string> {
    const names = await this.named(type);
    expect(names.length === 1, `the stack must have one ${type}, found ${names.length}`);
    return names[0];
  }

  public async functionName(): Promise<string> {
    return this.one('AWS::Lambda::Function');
  }

  public async keys(): Promise<{ readonly id: string; readonly active: boolean }[]> {
    const { AccessKeyMetadata = [] } = await this.engine.iam.send(new ListAccessKeysCommand({ UserName: await this.one('AWS::IAM::User') }));
    return AccessKeyMetadata.map(({ AccessKeyId = '', Status }) => ({ id: AccessKeyId, active: Status === 'Active' }));
  }

  /** AWSCURRENT. */
  public async current(): Promise<Version> {
    const secret = await this.engine.secretsManager.send(new GetSecretValueCommand({ SecretId: await this.one('AWS::SecretsManager::Secret') }));
    const credential = parseFormer(new SecretText(secret.SecretString ?? ''));
    expect(credential !== undefined, `AWSCURRENT (${secret.VersionId}) holds no credential`);
    return { id: secret.VersionId!, credential };
  }

  /** The version ids by label. */
  public async labels(): Promise<Map<string, string>> {
    const { VersionIdsToStages = {} } = await this.engine.secretsManager.send(
      new DescribeSecretCommand({ SecretId: await this.one('AWS::SecretsManager::Secret') }));
    return new Map(Object.entries(VersionIdsToStages).flatMap(([id, labels]) => labels.map(label => [label, id] as const)));
  }

  /** Rotates as the button in the console does, and returns at once. */
  public async startRotation(): Promise<string> {
    const SecretId = await this.one('AWS::SecretsManager::Secret');
    await this.engine.secretsManager.send(new RotateSecretCommand({ SecretId })).catch((error: Error) => {
      // Secrets Manager refuses, and takes the unfinished rotation up again.
      if (!error.message.includes('previous rotation')) throw error;
    });
    return this.until('the new version is AWSPENDING or AWSCURRENT', MINUTE, async () => {
      const labels = await this.labels();
      return labels.get('AWSPENDING') ?? labels.get('AWSCURRENT');
    });
  }

  public async rotate(): Promise<Version> {
    this.previous = await this.current();
    await this.startRotation();
    return this.newVersion(this.previous);
  }

  /** Waits until another version is current. */
  public async newVersion(before: Version): Promise<Version> {
    return this.until('another version is AWSCURRENT', 20 * MINUTE, async () => {
      const current = await this.current();
      return current.id === before.id ? undefined : current;
    });
  }

  /** The hourly call, now. */
  public async watch(): Promise<void> {
    await this.engine.invoke(await this.functionName(), WATCHDOG_EVENT);
  }

  public async functionLines(): Promise<LogLine[]> {
    const [group] = this.engine.isLocal ? [await this.functionName()] : await this.named('AWS::Logs::LogGroup');
    return this.engine.linesOf(group);
  }

  /** What SES answers to a message to the mailbox simulator, or to a login if the account has no identity. */
  public async trySending({ credential }: Pick<Version, 'credential'>): Promise<string> {
    const { sender } = this;
    const result = sender === undefined
      ? await this.engine.loginAt(this.endpoint)(credential)
      : await this.engine.sendAt(this.endpoint)(credential, { from: sender, to: SIMULATOR, text: `From: ${sender}\r\nTo: ${SIMULATOR}\r\nSubject: test\r\n\r\ntest\r\n` });
    return result.outcome === 'accepted' ? 'accepted' : `${result.outcome}: ${result.reply}`;
  }

  public async expectAccepted(version: Pick<Version, 'credential'>, whose: string): Promise<void> {
    const answer = await this.trySending(version);
    expect(answer === 'accepted', `SES must accept ${whose}, got ${answer}`);
  }

  /** IAM takes a while to spread that a key is inactive. */
  public async expectRefused(version: Pick<Version, 'credential'>, whose: string): Promise<void> {
    await this.until(`SES refuses ${whose}`, 5 * MINUTE, async () => (await this.trySending(version)).startsWith('refused') || undefined);
  }

  public async until<T>(what: string, patience: number, ask: () => Promise<T | undefined>, pause = 5 * SECOND): Promise<T> {
    const end = this.clock.now() + patience;
    for (;;) {
      const answer = await ask();
      if (answer !== undefined) return answer;
      expect(this.clock.now() < end, `within ${patience / MINUTE} minutes, it must happen that ${what}`);
      await this.clock.sleep(pause);
    }
  }

  public get endpoint(): EndpointConfig {
    const { region, urlSuffix } = this.engine;
    return { host: `email-smtp.${region}.${urlSuffix}`, port: 587, region, implicitTls: false };
  }

  /** The address that messages come from: the identity, or one in its domain. */
  public get sender(): string | undefined {
    const { identity } = this.options;
    return identity === undefined || identity.includes('@') ? identity : `live-test@${identity}`;
  }

  public async close(): Promise<void> {
    await rm(this.assembly, { recursive: true, force: true });
  }

  private async resources(): Promise<StackResource[]> {
    return this.engine.stacks.resources(this.stackName);
  }

  private async noteCallers(stackName: string): Promise<void> {
    for (const { physicalId, type } of await this.engine.stacks.resources(stackName)) {
      if (type === 'AWS::IAM::Role') this.roles.add(physicalId);
      if (['AWS::Lambda::Function', 'AWS::EC2::Instance'].includes(type)) this.sessions.add(physicalId);
    }
  }
}

/** A clock whose sleepers wake with an error when the run is interrupted. */
function interruptible(clock: Clock, signal: AbortSignal): Clock {
  return {
    now: () => clock.now(),
    sleep: async milliseconds => {
      signal.throwIfAborted();
      await clock.sleep(milliseconds);
      signal.throwIfAborted();
    },
  };
}
