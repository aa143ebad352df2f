import { CfnParameter } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import * as ses from 'aws-cdk-lib/aws-ses';
import { describe, expect, it } from 'vitest';
import { CredentialDocument, CredentialFormat, MailServerTargets, SesSmtpCredentialRotationProps, SmtpEndpoint } from '../../../src';
import { configOf, defineRotation, onlyResource, sendingPolicy, textOf } from '../define-rotation';

const IRELAND = { env: { region: 'eu-west-1', account: '111122223333' } };
const TARGETS = MailServerTargets.tag('EmailServers', 'True');

function define(props: Partial<SesSmtpCredentialRotationProps>) {
  return defineRotation(() => props, IRELAND);
}

describe('additional regions', () => {
  it('each have an endpoint with the settings of the main one', () => {
    const endpoint = SmtpEndpoint.regional({ region: 'us-west-2', fips: true, port: 465 });
    expect(configOf(define({ endpoint, additionalRegions: ['us-east-1', 'us-east-2'] }).stack)).toMatchObject({
      endpoint: { host: 'email-smtp-fips.us-west-2.<AWS::URLSuffix>' },
      additionalEndpoints: [
        { host: 'email-smtp-fips.us-east-1.<AWS::URLSuffix>', port: 465, region: 'us-east-1', implicitTls: true },
        { host: 'email-smtp-fips.us-east-2.<AWS::URLSuffix>', port: 465, region: 'us-east-2', implicitTls: true },
      ],
    });
  });

  it('have the default endpoint if the endpoint is a custom host', () => {
    const endpoint = SmtpEndpoint.custom({ host: 'relay.example.com', port: 1025, implicitTls: true });
    expect(configOf(define({ endpoint, additionalRegions: ['eu-central-1'] }).stack).additionalEndpoints)
      .toEqual([{ host: 'email-smtp.eu-central-1.<AWS::URLSuffix>', port: 587, region: 'eu-central-1', implicitTls: false }]);
  });

  it('take no room in the environment if none are given', () => {
    expect(configOf(define({ additionalRegions: [] }).stack)).not.toHaveProperty('additionalEndpoints');
  });

  it('are covered by the permission to send', () => {
    const { stack } = defineRotation(scope => ({
      additionalRegions: ['eu-central-1'],
      configurationSets: [ses.ConfigurationSet.fromConfigurationSetName(scope, 'Set', 'tracking')],
    }), IRELAND);
    const [statement] = sendingPolicy(stack).PolicyDocument.Statement;
    expect(statement.Resource.map(textOf)).toEqual(['eu-west-1', 'eu-central-1'].flatMap(region => [
      `arn:<AWS::Partition>:ses:${region}:111122223333:identity/example.com`,
      `arn:<AWS::Partition>:ses:${region}:111122223333:configuration-set/tracking`,
    ]));
  });

  it('are covered by the security group in a VPC', () => {
    const { stack } = defineRotation(scope => ({
      vpc: new ec2.Vpc(scope, 'Vpc'), endpoint: SmtpEndpoint.custom({ host: 'relay.example.com', port: 1025 }), additionalRegions: ['eu-central-1'],
    }), IRELAND);
    const { SecurityGroupEgress } = onlyResource(stack, 'AWS::EC2::SecurityGroup', 'Newsletter');
    expect(SecurityGroupEgress.map(({ FromPort }: { FromPort: number }) => FromPort)).toEqual([443, 1025, 587]);
  });

  it('may be known only when the stack is deployed', () => {
    const { stack } = defineRotation(scope => ({ additionalRegions: [new CfnParameter(scope, 'Standby').valueAsString] }));
    expect(configOf(stack).additionalEndpoints).toMatchObject([{ region: '<Standby>', host: 'email-smtp.<Standby>.<AWS::URLSuffix>' }]);
  });

  it('get a warning if no SES is known there', () => {
    const { stack } = define({ additionalRegions: ['cn-north-1'] });
    Annotations.fromStack(stack).hasWarning('*', Match.stringLikeRegexp('SES is not known to exist in the partition of Region cn-north-1; use SmtpEndpoint.regional with another region'));
  });

  it.each<[string, Partial<SesSmtpCredentialRotationProps>, string]>([
    ['an availability zone', { additionalRegions: ['eu-central-1a'] }, "additionalRegions must name Regions, such as eu-west-1, got 'eu-central-1a'"],
    ['a quote', { additionalRegions: ["eu-central-1'"] }, "additionalRegions must name Regions, such as eu-west-1, got 'eu-central-1''"],
    ['the endpoint\'s region', { additionalRegions: ['eu-west-1'] }, "additionalRegions must not name the endpoint's Region, got 'eu-west-1'; leave it out"],
    ['a region twice', { additionalRegions: ['us-east-1', 'us-east-1'] }, 'additionalRegions must differ, got us-east-1, us-east-1; name each Region once'],
    ['a secret without fields', { additionalRegions: ['us-east-1'], credentialFormat: CredentialFormat.usernameColonPassword() },
      'additionalRegions must be used with a secret that has fields, got CredentialFormat.usernameColonPassword; use CredentialFormat.json'],
    ['a field that is taken', {
      additionalRegions: ['us-east-1'],
      credentialFormat: CredentialFormat.json({ fields: { username: 'user', password: 'pass', region: 'pass_us-east-1' } }),
    }, "credentialFormat fields must not have a name that additionalRegions needs, got 'pass_us-east-1'; choose another name"],
  ])('fail on %s', (_what, props, message) => {
    expect(() => define(props)).toThrow(message);
  });
});

describe('the secret', () => {
  it('is replicated to them, but not to the region that it is in', () => {
    const { stack } = define({ endpoint: SmtpEndpoint.regional({ region: 'us-east-1' }), additionalRegions: ['eu-west-1', 'eu-central-1'] });
    expect(onlyResource(stack, 'AWS::SecretsManager::Secret').ReplicaRegions).toEqual([{ Region: 'eu-central-1' }]);
  });

  it('is not replicated without them', () => {
    expect(onlyResource(define({}).stack, 'AWS::SecretsManager::Secret')).not.toHaveProperty('ReplicaRegions');
  });

  it('is replicated by a stack that does not know its region', () => {
    const { stack } = defineRotation(() => ({ additionalRegions: ['eu-central-1'] }));
    expect(onlyResource(stack, 'AWS::SecretsManager::Secret').ReplicaRegions).toEqual([{ Region: 'eu-central-1' }]);
  });

  it('may be read in them by every reader', () => {
    const { rotation, stack } = define({ additionalRegions: ['eu-central-1'] });
    rotation.grantRead(new iam.Role(stack, 'Reader', { assumedBy: new iam.ServicePrincipal('ec2') }));
    const [{ Resource: [secret, replica] }] = onlyResource(stack, 'AWS::IAM::Policy', 'Reader').PolicyDocument.Statement;
    expect(textOf(secret)).toMatch(/^<NewsletterSecret\w+>$/);
    expect(replica['Fn::Join'][1]).toEqual([
      'arn:', { Ref: 'AWS::Partition' }, ':secretsmanager:eu-central-1:111122223333:secret:', { 'Fn::Select': [6, { 'Fn::Split': [':', secret] }] },
    ]);
  });

  it('is left as it is if it is imported, with a warning', () => {
    const { rotation, stack } = defineRotation(scope => ({
      additionalRegions: ['eu-central-1'], secret: secretsmanager.Secret.fromSecretNameV2(scope, 'Existing', 'mail/smtp'),
    }), IRELAND);
    rotation.grantRead(new iam.Role(stack, 'Reader', { assumedBy: new iam.ServicePrincipal('ec2') }));
    expect(JSON.stringify(onlyResource(stack, 'AWS::IAM::Policy', 'Reader').PolicyDocument)).not.toContain('eu-central-1');
    Annotations.fromStack(stack).hasWarning('*', Match.stringLikeRegexp('a secret that is not defined here is not replicated to eu-central-1; '
      + '.*cdk-ses-smtp-credential-rotation:secretNotReplicated'));
  });
});

describe('a fleet in one of several regions', () => {
  it('gets host and password of that region', () => {
    const document = CredentialDocument.shellScript('true');
    const mailServers = [undefined, 'eu-west-1', 'eu-central-1'].map(region => ({ targets: TARGETS, document, region }));
    const scripts = Object.values(Template.fromStack(define({ additionalRegions: ['eu-central-1'], mailServers }).stack).findResources('AWS::SSM::Document')).map(textOfScript);
    const expected = [['password', 'eu-west-1'], ['password_eu-west-1', 'eu-west-1'], ['password_eu-central-1', 'eu-central-1']];
    expect(scripts).toHaveLength(expected.length);
    expected.forEach(([field, region], index) => {
      expect(scripts[index]).toContain(`username_field='username'\npassword_field='${field}'\n`);
      expect(scripts[index]).toContain(`SMTP_HOST='email-smtp.${region}.<AWS::URLSuffix>'`);
    });
  });

  it('has the same document after endpoint and additional region have changed places', () => {
    const mailServers = ['eu-west-1', 'eu-central-1'].map(region => ({ targets: TARGETS, document: CredentialDocument.postfix(), region }));
    const documents = (props: Partial<SesSmtpCredentialRotationProps>) =>
      Template.fromStack(define({ ...props, mailServers }).stack).findResources('AWS::SSM::Document');
    expect(documents({ endpoint: SmtpEndpoint.regional({ region: 'eu-central-1' }), additionalRegions: ['eu-west-1'] }))
      .toEqual(documents({ additionalRegions: ['eu-central-1'] }));
  });

  it.each([
    [['eu-central-1'], 'us-east-1', 'eu-west-1, eu-central-1'],
    [[], 'eu-west-1', 'eu-west-1'],
  ])('fails on a region that has no field: with %s, %s', (additionalRegions, region, regions) => {
    const mailServers = [{ targets: TARGETS, document: CredentialDocument.postfix(), region }];
    expect(() => define({ additionalRegions, mailServers })).toThrow('mailServers[0].region must be one of several Regions of the credential, '
      + `which has ${regions}, got '${region}'; add it to additionalRegions`);
  });

  it.each([
    ['takes the password from the function', CredentialDocument.existingWithCredential('Sample')],
    ['reads the secret by itself', CredentialDocument.existing('Apply', { secretArnParameter: 'Secret', versionIdParameter: 'Version' })],
  ])('fails with an existing document that %s', (_, document) => {
    expect(() => define({ additionalRegions: ['eu-central-1'], mailServers: [{ targets: TARGETS, document, region: 'eu-central-1' }] }))
      .toThrow("mailServers[0].region must be used with a document of this library, got an existing one, which does not learn the Region and would take the endpoint's password; "
        + 'leave region out, and name the fields of the Region in a parameter of the document');
  });

  it('may read them with an existing document that has their fields in a parameter', () => {
    const document = CredentialDocument.existing('Apply', {
      secretArnParameter: 'Secret', versionIdParameter: 'Version', parameters: { PasswordField: 'password_eu-central-1' },
    });
    expect(() => define({ additionalRegions: ['eu-central-1'], mailServers: [{ targets: TARGETS, document }] })).not.toThrow();
  });
});

function textOfScript(resource: object): string {
  const { Properties } = resource as { Properties: { Content: { mainSteps: { inputs: { runCommand: unknown[] } }[] } } };
  return Properties.Content.mainSteps[0].inputs.runCommand.map(line => `${textOf(line)}\n`).join('');
}
