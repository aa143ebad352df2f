import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as ses from 'aws-cdk-lib/aws-ses';
import { describe, expect, it } from 'vitest';
import { textOf } from './define-rotation';
import { CredentialDocument, MailServerTargets, SesSmtpCredentialRotation, SesSmtpCredentialRotationProps, SmtpEndpoint } from '../../src';

/** The service principals, which CDK writes so in every partition. */
const CDK_LITERALS = ['lambda.amazonaws.com', 'secretsmanager.amazonaws.com', 'ec2.amazonaws.com', 'events.amazonaws.com'];
/** CDK's own Secret writes a literal into the policy of its key; the statements that are added to it here have none. */
const CDK_STATEMENTS = 3;

function define(stack: Stack, props: Partial<SesSmtpCredentialRotationProps> = {}): SesSmtpCredentialRotation {
  return new SesSmtpCredentialRotation(stack, 'Newsletter', {
    identities: [ses.EmailIdentity.fromEmailIdentityName(stack, 'Domain', 'example.com')], ...props,
  });
}

/** A rotation with everything on, and a mail server's role that may read the secret. */
function defineAll(stack: Stack): void {
  const rotation = define(stack, {
    configurationSets: [ses.ConfigurationSet.fromConfigurationSetName(stack, 'Set', 'newsletter')],
    encryptionKey: new kms.Key(stack, 'Key'),
    endpoint: SmtpEndpoint.regional({ fips: true }),
    vpc: new ec2.Vpc(stack, 'Vpc', { maxAzs: 2 }),
    permissionsBoundary: iam.ManagedPolicy.fromManagedPolicyName(stack, 'Boundary', 'mail-boundary'),
    mailServers: [
      { targets: MailServerTargets.tag('Role', 'mail'), document: CredentialDocument.postfix(), applyToNewServers: true },
      { targets: MailServerTargets.resourceGroup('mail'), document: CredentialDocument.shellScript('true') },
      { targets: MailServerTargets.managedNodes('i-12345678'), document: CredentialDocument.existing('Apply', { secretArnParameter: 'S', versionIdParameter: 'V' }) },
    ],
  });
  rotation.grantRead(new iam.Role(stack, 'MailServer', { assumedBy: new iam.ServicePrincipal('ec2') }));
}

describe.each([
  ['without an environment', undefined],
  ['in aws', 'eu-west-1'],
  ['in aws-us-gov', 'us-gov-west-1'],
  ['in aws-eusc', 'eusc-de-east-1'],
])('a stack %s', (_where, region) => {
  const stack = new Stack(new App(), 'Stack', { env: region === undefined ? undefined : { account: '111111111111', region } });
  defineAll(stack);
  const template = Template.fromStack(stack).toJSON() as { Resources: { Key961B73FD: { Properties: { KeyPolicy: { Statement: unknown[] } } } } };
  template.Resources.Key961B73FD.Properties.KeyPolicy.Statement.splice(0, CDK_STATEMENTS);
  const text = JSON.stringify(template.Resources);

  it('names no partition', () => {
    expect(text).not.toMatch(/arn:aws/);
  });

  it('has no DNS suffix of its own', () => {
    const literals = new Set(text.match(/[\w.-]*\.(amazonaws|api\.aws|amazonaws\.eu)\b[\w.]*/g));
    expect([...literals].filter(literal => !CDK_LITERALS.includes(literal))).toEqual([]);
  });
});

describe('a partition that is known at synth', () => {
  it.each([['us-gov-west-1', 'aws-us-gov'], ['eu-west-1', 'aws']])('is the one of the ARNs in %s', (region, partition) => {
    const app = new App({ context: { '@aws-cdk/core:enablePartitionLiterals': true } });
    const stack = new Stack(app, 'Stack', { env: { account: '111111111111', region } });
    defineAll(stack);
    const partitions = JSON.stringify(Template.fromStack(stack).toJSON()).match(/(?<=arn:)aws[\w-]*/g);
    expect(new Set(partitions)).toEqual(new Set([partition]));
  });
});

describe('a reader in another region', () => {
  it('may read the secret and use its key by cross-region references', () => {
    const app = new App();
    const stackIn = (id: string, region: string) => new Stack(app, id, { env: { account: '111111111111', region }, crossRegionReferences: true });
    const [mail, readers] = [stackIn('Mail', 'eu-west-1'), stackIn('Readers', 'eu-central-1')];
    const rotation = define(mail, { encryptionKey: new kms.Key(mail, 'Key') });
    rotation.grantRead(new iam.Role(readers, 'Reader', { assumedBy: new iam.ServicePrincipal('ec2') }));
    app.synth();
    expect(mail.dependencies).toEqual([]);
    expect(readers.dependencies).toEqual([mail]);
    const [policy] = Object.values(Template.fromStack(readers).findResources('AWS::IAM::Policy'));
    const [read, decrypt] = policy.Properties.PolicyDocument.Statement as [{ Resource: unknown }, { Resource: unknown; Condition: unknown }];
    expect(textOf(read.Resource)).toMatch(/^<ExportsReader.*RefNewsletterSecret[0-9A-F]+>$/);
    expect(textOf(decrypt.Resource)).toMatch(/^<ExportsReader.*Key961B73FDArn[0-9A-F]+>$/);
    expect(decrypt.Condition).toMatchObject({ StringLike: { 'kms:EncryptionContext:SecretARN': read.Resource } });
  });
});
