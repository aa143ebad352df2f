import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Aspects, Stack } from 'aws-cdk-lib';
import { User } from 'aws-cdk-lib/aws-iam';
import { EmailIdentity } from 'aws-cdk-lib/aws-ses';
import { FunctionRuns } from './function-runs';
import { DAY } from '../../lambda-src/basics/time';
import { Invocation } from '../../lambda-src/invocation';
import { CredentialDocument, MailServerFleet, MailServerTargets, SesSmtpCredentialRotation, SesSmtpCredentialRotationProps } from '../../src';
import { CONFIG_VARIABLE, REVOKE_EVENT, RotationConfig } from '../../src/private/rotation-contract';
import { DeployedFunction, Deployment, Secret, World } from '../world';
import { StackLife } from '../world/cloudformation/stack-life';
import { Template } from '../world/cloudformation/template';
import { applicableVersions, appliesCredential, NodeBehaviour, SimulatedNode } from '../world/nodes';
import { SesSmtp } from '../world/services/ses-smtp';
import { ConcurrentClock } from '../world/time/concurrent-clock';

export type Props = Partial<SesSmtpCredentialRotationProps>;
export type DefineProps = (stack: Stack) => Props;

/** The tag that makes a node one of the fleet. */
const TAG = 'EmailServers';
const SENDER = 'news@example.com';
/** The name of a user that there is already. */
const TAKEN = 'taken';

export const FLEET: MailServerFleet = { targets: MailServerTargets.tag(TAG, 'True'), document: CredentialDocument.shellScript('true') };

/** With a resource that fails when all of the construct is there. */
export function failingLater(props: DefineProps): DefineProps {
  return stack => {
    const taken = new User(stack, 'Taken', { userName: TAKEN });
    // The construct comes after its props.
    const rotations = () => stack.node.children.filter(child => child instanceof SesSmtpCredentialRotation);
    Aspects.of(taken).add({ visit: node => { if (node === taken) taken.node.addDependency(...rotations()); } });
    return props(stack);
  };
}

export const withProps = (props: Props = {}): DefineProps => () => ({ mailServers: [FLEET], ...props });

/** A stack with one construct from its first day to its last, and mail servers that send all the while. */
export class Life {
  public readonly clock = new ConcurrentClock();
  public readonly world = new World({ clock: this.clock });
  public readonly ses = new SesSmtp({
    credentials: this.world.iam,
    clock: this.clock,
    maySend: (...message) => this.world.maySend(...message),
  });
  public readonly logs: string[] = [];
  public readonly servers: SimulatedNode[] = [];
  /** Messages that SES did not take, each once. */
  public readonly refusals = new Set<string>();
  private readonly functions = new FunctionRuns({ world: this.world, ses: this.ses, writeLog: line => this.logs.push(line) });
  public readonly stack = new StackLife(this.world, { stackName: 'Mail', onEvent: () => this.sendMail() });

  constructor() {
    this.world.iam.createUser({ name: TAKEN });
    this.world.functionInvoker = async (fn, event) => this.functions.run(fn, event as Invocation);
    this.world.intercept = async (_call, proceed) => {
      const result = await proceed();
      this.sendMail();
      return result;
    };
  }

  public addServer(instanceId: string, behaviour: NodeBehaviour = this.applies()): SimulatedNode {
    const node = new SimulatedNode({ instanceId, tags: { [TAG]: 'True' }, behaviour });
    this.servers.push(node);
    this.world.ssm.nodes.push(node);
    return node;
  }

  public applies(): NodeBehaviour {
    return appliesCredential(applicableVersions(this.world.secretsManager));
  }

  public async create(props?: DefineProps, id?: string): Promise<Deployment> {
    return this.stack.create(synthesize(props, id));
  }

  public async update(props?: DefineProps, id?: string): Promise<Deployment> {
    return this.stack.update(synthesize(props, id));
  }

  /** The one function of the stack. */
  public get fn(): DeployedFunction {
    return Object.values(this.stack.deployment.functions)[0];
  }

  public get config(): RotationConfig {
    return JSON.parse(this.fn.environment[CONFIG_VARIABLE]) as RotationConfig;
  }

  public get secret(): Secret {
    return this.world.secretsManager.secret(this.config.secretArn);
  }

  /** The access key that the current version holds. */
  public get currentKey(): string {
    return this.keyIn(this.world.secretsManager.valueOf(this.secret.arn) ?? '');
  }

  /** The ids of a user's keys. */
  public keysOf(userName = this.config.user.name): string[] {
    return this.world.iam.keysOf(userName).map(({ accessKeyId }) => accessKeyId);
  }

  public get heldKeys(): (string | undefined)[] {
    return this.servers.map(({ heldCredential }) => heldCredential?.username);
  }

  public async rotate(): Promise<void> {
    const { attempts } = await this.world.rotation.rotate(this.secret.arn);
    const error = attempts.at(-1)?.at(-1)?.error;
    if (error) throw error;
  }

  /** Revokes a key, and lets the rotation come to its end that this may start. */
  public async revoke(accessKeyId: string): Promise<unknown> {
    const answer = await this.functions.run(this.fn, { ...REVOKE_EVENT, accessKeyId });
    await this.world.rotation.idle();
    return answer;
  }

  private keyIn(value: string): string {
    return /AKIA\w+/.exec(value)?.[0] ?? '';
  }

  /** Every server that has a credential sends a message. */
  private sendMail(): void {
    for (const { heldCredential, instanceId } of this.servers) {
      if (heldCredential?.username) this.sendFrom(instanceId, heldCredential);
    }
  }

  private sendFrom(instanceId: string, { username, password }: { username: string; password: string }): void {
    const { region } = this.world;
    const login = this.ses.login(username, password, { region });
    const result = login.ok ? this.ses.accept({ username, from: SENDER, to: ['reader@example.org'], raw: '', region }) : login;
    if (!result.ok) this.refusals.add(`${instanceId}: ${result.code} ${username}`);
  }
}

function synthesize(props?: DefineProps, id = 'Newsletter'): Template {
  const outdir = mkdtempSync(join(tmpdir(), 'assembly-'));
  try {
    const app = new App({ outdir });
    const stack = new Stack(app, 'Mail');
    const identities = [EmailIdentity.fromEmailIdentityName(stack, 'Domain', 'example.com')];
    new SesSmtpCredentialRotation(stack, id, { identities, ...props?.(stack) });
    return app.synth().getStackByName('Mail').template as Template;
  } finally {
    rmSync(outdir, { recursive: true });
  }
}

/** A stack with two mail servers that was created ten days ago. */
export async function living(): Promise<Life> {
  const life = new Life();
  life.addServer('i-00000001');
  life.addServer('i-00000002');
  await life.create(withProps());
  await life.clock.sleep(10 * DAY);
  return life;
}
