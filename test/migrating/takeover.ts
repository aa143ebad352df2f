import { User } from 'aws-cdk-lib/aws-iam';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { CredentialFormat, MailServerTargets } from '../../src';
import { Lab, Past } from '../reliability/lab';
import { Setup } from '../reliability/setups';
import { SmtpCredential } from '../world/nodes';

const TAGS = { EmailServers: 'True' };

/** What a construct takes over. */
export interface Existing extends Past {
  /** What each mail server holds. */
  readonly held: (SmtpCredential | undefined)[];
}

/** The construct with an imported user and secret, as docs/migrating.md has it. */
export function importing(userName: string, secretName: string, credentialFormat: CredentialFormat): Setup {
  return {
    name: `imported ${userName} and ${secretName}`,
    props: (stack, document) => ({
      user: User.fromUserName(stack, 'User', userName),
      secret: Secret.fromSecretNameV2(stack, 'Secret', secretName),
      credentialFormat,
      mailServers: [{ targets: MailServerTargets.tag('EmailServers', 'True'), document }],
    }),
    servers: [],
  };
}

/** A deployment over what is there, and mail that flows from every server at every moment. */
export class Takeover {
  public readonly lab: Lab;
  /** The mail that SES did not take. */
  public readonly refused: string[] = [];

  constructor(setup: Setup, { clock, held, world }: Existing) {
    this.lab = new Lab(setup, { past: { clock, world } });
    held.forEach((credential, index) => {
      const server = this.lab.addServer({ instanceId: `i-0000000${index + 1}`, tags: TAGS });
      server.heldCredential = credential;
      this.lab.promises.noteServer(server);
    });
    this.lab.beforeEffect = async ({ name, step }) => this.sendMail(`${step} ${name}`);
  }

  /** The ids of the keys that the user has. */
  public get keys(): string[] {
    return this.lab.world.iam.keysOf(this.lab.config.user.name).map(({ accessKeyId }) => accessKeyId);
  }

  /** The next rotations, and the watchdog's runs after them, as years of use have them. */
  public async live(): Promise<unknown[]> {
    const failures: unknown[] = [];
    for (let rotation = 1; rotation <= 2; rotation++) {
      failures.push(...await this.lab.watchThroughGrace());
      const { succeeded, attempts } = await this.lab.rotate();
      if (!succeeded) failures.push(attempts.at(-1)?.at(-1)?.error);
    }
    return [...failures, ...await this.lab.watchThroughGrace()];
  }

  private sendMail(moment: string): void {
    for (const { heldCredential, instanceId } of this.lab.servers) {
      const { username, password } = heldCredential!;
      const reply = this.lab.ses.login(username, password, { region: this.lab.config.endpoint.region });
      if (!reply.ok) this.refused.push(`${instanceId} before ${moment}: ${reply.code}`);
    }
  }
}
