import { hostname } from 'node:os';
import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { EmailIdentity } from 'aws-cdk-lib/aws-ses';
import { expect, vi } from 'vitest';
import { distrust, forgetNames, nameAddresses, trust } from './machine';
import { RealServer, Relay, writeFirstEntry } from './servers';
import { MailServerTargets, SesSmtpCredentialRotation, SmtpEndpoint } from '../../src';
import { LocalAws } from '../demo/local-aws';
import { DocumentContent, RotationOutcome, StepResult } from '../world';
import { parseCredential, ScriptNode, SmtpCredential } from '../world/nodes';
import { MailRecord } from '../world/services/ses-smtp';

/** This machine as a managed node with a real mail server, and a local AWS with the construct's stack. */
export class RelayHost {
  /** @param nameOfAddress what the address of the endpoint stands for, if not for the endpoint */
  public static async start(server: RealServer, ...nameOfAddress: string[]): Promise<RelayHost> {
    return RelayHost.startIn([], server, nameOfAddress);
  }

  /** In a fleet for each of several regions: those given, and last the one that the server relays to. */
  public static async startIn(otherRegions: string[], server: RealServer, nameOfAddress: string[] = []): Promise<RelayHost> {
    // sendmail waits a minute for the domain of a machine that has none, at every start.
    const ownName = `${hostname()}.localdomain ${hostname()}`;
    await nameAddresses({ [ownName]: '127.0.1.1' });
    await server.install();
    await server.stop();
    const otherHosts = otherRegions.map(region => `email-smtp.${region}.amazonaws.com`);
    const aws = await LocalAws.start('0.0.0.0', ...otherHosts);
    const [host] = aws.smtp.hosts;
    // Exim and OpenSMTPD relay to no address of the machine's interfaces; this one belongs to none.
    await nameAddresses({
      [ownName]: '127.0.1.1',
      [[...nameOfAddress, host].join(' ')]: '127.0.0.87',
      ...Object.fromEntries(otherHosts.map((otherHost, i) => [otherHost, `127.0.0.${88 + i}`])),
    });
    const relay = { host, port: aws.smtp.startTlsPort, caFile: await trust(aws.smtp.caFile) };
    const relayHost = new RelayHost(server, aws, relay, otherRegions);
    await writeFirstEntry(server, relay);
    await server.start(relay);
    return relayHost;
  }

  private readonly node: ScriptNode;
  private readonly secretArn: string;
  private readonly content: DocumentContent;
  private readonly environment: Record<string, string>;
  private messages = 0;

  private constructor(
    private readonly server: RealServer,
    public readonly aws: LocalAws,
    public readonly relay: Relay,
    otherRegions: string[],
  ) {
    const fleet = { targets: MailServerTargets.tag('EmailServers', 'True'), document: server.document, applyToNewServers: true };
    const deployment = aws.deploy(app => {
      const stack = new Stack(app, 'Mail');
      const rotation = new SesSmtpCredentialRotation(stack, 'Relay', {
        identities: [EmailIdentity.fromEmailIdentityName(stack, 'Domain', 'example.com')],
        endpoint: SmtpEndpoint.regional({ region: aws.world.region }),
        additionalRegions: otherRegions,
        mailServers: otherRegions.length === 0 ? [fleet] : [...otherRegions, aws.world.region].map(region => ({ ...fleet, region })),
      });
      const role = new iam.Role(stack, 'MailServer', { roleName: 'mail-server', assumedBy: new iam.ServicePrincipal('ec2.amazonaws.com') });
      rotation.grantRead(role);
      return stack;
    });
    const role = Object.values(deployment.roles).find(({ arn }) => arn.endsWith('/mail-server'))!;
    this.secretArn = Object.values(deployment.secrets)[0].arn;
    this.content = Object.values(deployment.documents)[0].versions[0];
    this.environment = aws.machineEnvironment(role.arn);
    this.node = this.newNode({ EmailServers: 'True' });
    aws.world.ssm.nodes.push(this.node);
  }

  public credential(label: 'AWSCURRENT' | 'AWSPREVIOUS' = 'AWSCURRENT'): SmtpCredential {
    return parseCredential(this.aws.world.secretsManager.valueOf(this.secretArn, label)!);
  }

  /** What only servers that relay to the endpoint of another region are to use. */
  public passwordIn(region: string): string {
    return (JSON.parse(this.aws.world.secretsManager.valueOf(this.secretArn, 'AWSCURRENT')!) as Record<string, string>)[`password_${region}`];
  }

  /** The access key that the servers are to use. */
  public get currentKey(): string {
    return this.credential().username;
  }

  /** Runs the document with the current version, as Run Command does. */
  public async apply(prepare: (node: ScriptNode) => Promise<unknown> = async () => undefined): Promise<StepResult> {
    const node = this.newNode();
    await prepare(node);
    const current = this.aws.world.secretsManager.labelsOf(this.secretArn);
    const [versionId] = Object.entries(current).find(([, labels]) => labels.includes('AWSCURRENT'))!;
    const parameters = { SecretArn: [this.secretArn], VersionId: [versionId], Region: [this.aws.world.region] };
    const [result] = await node.run({ commandId: crypto.randomUUID(), documentName: 'Document', content: this.content, parameters });
    await node.remove();
    return result;
  }

  /** Is no managed node any more. */
  public leave(): void {
    const { nodes } = this.aws.world.ssm;
    nodes.splice(nodes.indexOf(this.node), 1);
  }

  /** Becomes a managed node; returns what its association reported. */
  public async join(): Promise<StepResult[]> {
    return this.aws.world.stateManager.join(this.node);
  }

  /** Runs the association as State Manager does at its interval. */
  public async runAssociation(): Promise<StepResult[]> {
    return this.aws.world.stateManager.runOn(this.node);
  }

  private newNode(tags: Record<string, string> = {}): ScriptNode {
    return new ScriptNode({ instanceId: 'i-00000001', tags, environment: this.environment });
  }

  /** So that there is a current credential, and one from before. */
  public async rotateTwice(): Promise<void> {
    for (const _rotation of ['the first', 'the second']) expect((await this.rotate()).succeeded).toBe(true);
  }

  public async rotate(): Promise<RotationOutcome> {
    return this.aws.world.rotation.rotate(this.secretArn);
  }

  /** Sends a message through the mail server; returns its subject. */
  public async send(): Promise<string> {
    const subject = `message-${++this.messages}`;
    await this.server.submit(`From: relay@example.com\nTo: someone@example.net\nSubject: ${subject}\n\nHello\n`, 'relay@example.com', 'someone@example.net');
    return subject;
  }

  /** The message as SES took it. */
  public async arrival(subject: string): Promise<MailRecord> {
    return vi.waitFor(() => {
      const mail = this.aws.ses.accepted.find(({ raw }) => new RegExp(`^Subject: ${subject}\\r?$`, 'm').test(raw));
      if (!mail) throw new Error(`${subject} has not arrived`);
      return mail;
    }, { timeout: 60_000, interval: 50 });
  }

  public async stop(): Promise<void> {
    await this.server.stop();
    await forgetNames();
    await distrust();
    await this.node.remove();
    await this.aws.close();
  }
}
