import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { IAMClient } from '@aws-sdk/client-iam';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SSMClient } from '@aws-sdk/client-ssm';
import { App, Stack } from 'aws-cdk-lib';
import { EmailIdentity } from 'aws-cdk-lib/aws-ses';
import { loginTo, sendTo } from './ses-sessions';
import { linkTo, RunbookSection } from '../../lambda-src/basics/errors';
import { Invocation, invoke } from '../../lambda-src/invocation';
import { CloudFormationEvent } from '../../lambda-src/lifecycle/cloudformation-event';
import { MailServerFleet, SesSmtpCredentialRotation, SesSmtpCredentialRotationProps } from '../../src';
import { CONFIG_VARIABLE, REVOKE_EVENT, RotationConfig, WATCHDOG_EVENT } from '../../src/private/rotation-contract';
import { ConnectionLost, deploy, DeployedFunction, RotationOptions, RotationOutcome, VirtualClock, World } from '../world';
import { applicableVersions, appliesCredential, NodeBehaviour, SimulatedNode } from '../world/nodes';
import { SesSmtp } from '../world/services/ses-smtp';

export interface ScenarioOptions {
  /** What the stack's one construct is given on top of an identity. */
  readonly props?: (stack: Stack) => Partial<SesSmtpCredentialRotationProps>;
  /** What somebody made before the stack. */
  readonly before?: (world: World) => void;
}

/** What the function answers a request of CloudFormation. */
export interface CloudFormationAnswer {
  readonly Status: string;
  readonly Reason?: string;
  readonly PhysicalResourceId: string;
}

/** The construct, synthesized and deployed into a world of its own, its function running in virtual time. */
export class Scenario {
  public readonly clock = new VirtualClock();
  public readonly world = new World({ clock: this.clock });
  public readonly ses = new SesSmtp({
    credentials: this.world.iam,
    clock: this.clock,
    maySend: (...message) => this.world.maySend(...message),
  });
  public readonly logs: string[] = [];
  /** What CloudFormation was answered. */
  public readonly answers: CloudFormationAnswer[] = [];
  public readonly fn: DeployedFunction;
  /** What the template says of the custom resource. */
  public readonly credentialProperties: CloudFormationEvent['ResourceProperties'];
  public readonly secretArn: string;
  public readonly userName: string;

  constructor({ props, before }: ScenarioOptions = {}) {
    before?.(this.world);
    const directory = mkdtempSync(join(tmpdir(), 'assembly-'));
    try {
      const stack = new Stack(new App({ outdir: directory }), 'Mail');
      const identities = [EmailIdentity.fromEmailIdentityName(stack, 'Domain', 'example.com')];
      const rotation = new SesSmtpCredentialRotation(stack, 'Newsletter', { identities, ...props?.(stack) });
      const { template } = (rotation.node.root as App).synth().getStackByName('Mail');
      const deployment = deploy(template, this.world, { stackName: 'Mail', assemblyDirectory: directory });
      [this.fn] = Object.values(deployment.functions);
      const credential = Object.values(deployment.resources).find(({ type }) => type === 'Custom::SesSmtpCredential')!;
      this.credentialProperties = credential.properties as unknown as CloudFormationEvent['ResourceProperties'];
    } finally {
      rmSync(directory, { recursive: true });
    }
    this.secretArn = this.world.secretsManager.allSecrets()[0].arn;
    this.userName = this.config.user.name;
    this.world.functionInvoker = async (fn, event) => this.runFunction(fn, event as Invocation);
  }

  public get config(): RotationConfig {
    return JSON.parse(this.fn.environment[CONFIG_VARIABLE]) as RotationConfig;
  }

  /** The ids of the user's keys. */
  public get keys(): string[] {
    return this.world.iam.keysOf(this.userName).map(key => key.accessKeyId);
  }

  public get current(): Record<string, unknown> {
    return this.value('AWSCURRENT');
  }

  /** The calls that the function made, as `Service.Action`, in order. */
  public get actions(): string[] {
    return this.world.calls.map(call => call.action);
  }

  public value(label: string): Record<string, unknown> {
    return JSON.parse(this.world.secretsManager.valueOf(this.secretArn, label) ?? '{}') as Record<string, unknown>;
  }

  public addNode(instanceId: string, behaviour: NodeBehaviour = this.applies(), tags: Record<string, string> = { EmailServers: 'True' }): SimulatedNode {
    const node = new SimulatedNode({ instanceId, tags, behaviour });
    this.world.ssm.nodes.push(node);
    return node;
  }

  /** What a healthy node does: reads the version that it was told, and holds its credential. */
  public applies(): NodeBehaviour {
    return appliesCredential(applicableVersions(this.world.secretsManager));
  }

  public async rotate(options?: RotationOptions): Promise<RotationOutcome> {
    return this.world.rotation.rotate(this.secretArn, options);
  }

  /** Rotates, and throws what the function threw. */
  public async rotateWell(options?: RotationOptions): Promise<void> {
    const error = failureOf(await this.rotate(options));
    if (error) throw error;
  }

  public async invoke(Step: string, ClientRequestToken: string, SecretId = this.secretArn): Promise<void> {
    await this.runFunction(this.fn, { Step, SecretId, ClientRequestToken });
  }

  public async watch(): Promise<void> {
    await this.runFunction(this.fn, WATCHDOG_EVENT);
  }

  /** Revokes a key, and lets the rotation come to its end that this may start. */
  public async revoke(accessKeyId?: unknown): Promise<unknown> {
    const answer = await this.runFunction(this.fn, { ...REVOKE_EVENT, accessKeyId });
    await this.world.rotation.idle();
    return answer;
  }

  /** What the function answers CloudFormation. */
  public async request(event: Pick<CloudFormationEvent, 'RequestType'> & Partial<CloudFormationEvent>): Promise<CloudFormationAnswer> {
    await this.runFunction(this.fn, {
      ResponseURL: 'https://example.com/answer?Signature=hidden',
      StackId: 'stack',
      RequestId: 'request',
      LogicalResourceId: 'Credential',
      ResourceProperties: this.credentialProperties,
      ...event,
    });
    return this.answers.at(-1)!;
  }

  private async runFunction(fn: DeployedFunction, event: Invocation): Promise<unknown> {
    const client = this.world.clientConfig(fn.roleArn);
    return invoke(event, JSON.parse(fn.environment[CONFIG_VARIABLE]) as RotationConfig, {
      secretsManager: new SecretsManagerClient({ ...client, maxAttempts: 1 }),
      iam: new IAMClient({ ...client, maxAttempts: 1 }),
      iamSingleTry: new IAMClient({ ...client, maxAttempts: 1 }),
      ssm: new SSMClient({ ...client, maxAttempts: 1 }),
      loginAt: loginTo(this.ses),
      sendAt: sendTo(this.ses),
      clock: this.clock,
      random: () => 0.5,
      writeLog: line => this.logs.push(line),
      respond: async (_url, body) => { this.answers.push(JSON.parse(body) as CloudFormationAnswer); },
    }, { invokedFunctionArn: fn.arn, getRemainingTimeInMillis: () => fn.timeoutSeconds * 1000 });
  }
}

/** What made the last attempt fail. */
export function failureOf(outcome: RotationOutcome): Error | undefined {
  return outcome.attempts.at(-1)?.at(-1)?.error as Error | undefined;
}

/** Rotates, and tells why that failed. */
export async function messageOf(scenario: Scenario): Promise<string | undefined> {
  return failureOf(await scenario.rotate())?.message;
}

/** Loses the reply of the first call of an action, or the call itself. */
export function loseOnce(world: World, action: string, lost: 'call' | 'reply' = 'reply'): void {
  let done = false;
  world.intercept = async (call, proceed) => {
    if (done || call.action !== action) return proceed();
    done = true;
    if (lost === 'reply') await proceed();
    throw new ConnectionLost();
  };
}

/** How an error ends. */
/** How the error of a step of a rotation ends, unless it is about the current credential. */
export function afterStep(section: RunbookSection): string {
  return `; mail continues with the current credential if that works${seeAlso(section)}`;
}

export function seeAlso(section: RunbookSection): string {
  return `; see ${linkTo(section)}`;
}

export const withFleet = (fleet: Omit<MailServerFleet, 'targets'> & Partial<MailServerFleet>, targets: MailServerFleet['targets']) =>
  (): Partial<SesSmtpCredentialRotationProps> => ({ mailServers: [{ targets, ...fleet }] });
