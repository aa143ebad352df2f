import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import * as ses from 'aws-cdk-lib/aws-ses';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { describe, expect, it } from 'vitest';
import { SesSmtpCredentialRotation } from '../../../../src';
import { dependenciesOf as dependenciesIn, dependencyOrder } from '../../../world/cloudformation/dependency-order';
import { TemplateResource } from '../../../world/cloudformation/template';
import { defineRotation, dependenciesOf, statementsOf } from '../../define-rotation';

const READ = ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'];

function reader(stack: Stack): iam.Role {
  return new iam.Role(stack, 'Reader', { assumedBy: new iam.ServicePrincipal('ec2') });
}

/** The order in which CloudFormation can create the resources of a stack. Throws if there is none. */
function orderOf(stack: Stack): string[] {
  const template = Template.fromStack(stack, { skipCyclicalDependenciesCheck: true }).toJSON();
  const resources = Object.entries(template.Resources as Record<string, TemplateResource>);
  const ids = new Set(resources.map(([id]) => id));
  return dependencyOrder(new Map(resources.map(([id, resource]) => [id, dependenciesIn(resource, ids)])));
}

function another(stack: Stack): SesSmtpCredentialRotation {
  return new SesSmtpCredentialRotation(stack, 'Alerts', { identities: [ses.EmailIdentity.fromEmailIdentityName(stack, 'AlertsDomain', 'example.com')] });
}

/** A reader's further rights, on something that waits for the rotation. */
const FURTHER_RIGHTS: [string, (stack: Stack, rotation: SesSmtpCredentialRotation, role: iam.Role) => void][] = [
  ['a topic', (stack, rotation, role) => {
    const topic = new sns.Topic(stack, 'Topic');
    topic.node.addDependency(rotation);
    topic.grantPublish(role);
  }],
  ['a queue', (stack, rotation, role) => {
    const queue = new sqs.Queue(stack, 'Queue');
    queue.node.addDependency(rotation);
    queue.grantSendMessages(role);
  }],
  ['a log group', (stack, rotation, role) => {
    const logGroup = new logs.LogGroup(stack, 'Logs');
    logGroup.node.addDependency(rotation);
    logGroup.grantWrite(role);
  }],
  ['a function', (stack, rotation, role) => {
    const application = new lambda.Function(stack, 'Application', {
      code: lambda.Code.fromInline('x'), handler: 'index.handler', runtime: lambda.Runtime.NODEJS_LATEST,
    });
    application.node.addDependency(rotation);
    application.grantInvoke(role);
  }],
  ['another credential', (stack, rotation, role) => {
    const other = another(stack);
    other.node.addDependency(rotation);
    other.grantRead(role);
  }],
  ['another credential, which has a key', (stack, rotation, role) => {
    const encryptionKey = new kms.Key(stack, 'Key');
    encryptionKey.node.addDependency(rotation);
    new SesSmtpCredentialRotation(stack, 'Encrypted', {
      identities: [ses.EmailIdentity.fromEmailIdentityName(stack, 'EncryptedDomain', 'example.com')], encryptionKey,
    }).grantRead(role);
  }],
];

describe('a reader with rights on what waits for the rotation', () => {
  it.each(FURTHER_RIGHTS)('makes no circle: %s', (_, define) => {
    const { stack, rotation } = defineRotation();
    const role = reader(stack);
    rotation.grantRead(role);
    define(stack, rotation, role);
    const order = orderOf(stack);
    const find = (start: string) => order.findIndex(id => id.startsWith(start));
    expect(find('ReaderReadSesSmtpCredential')).toBeLessThan(find('NewsletterSchedule'));
    expect(find('ReaderDefaultPolicy')).not.toBe(0);
  });

  it.each<[string, (topic: sns.Topic) => iam.RoleProps]>([
    ['in the policies of the role itself', ({ topicArn }) => ({
      assumedBy: new iam.ServicePrincipal('ec2'),
      inlinePolicies: { Publish: new iam.PolicyDocument({ statements: [new iam.PolicyStatement({ actions: ['sns:Publish'], resources: [topicArn] })] }) },
    })],
    ['in the trust policy of the role', ({ topicArn }) => ({ assumedBy: new iam.ServicePrincipal('sns', { conditions: { ArnEquals: { 'aws:SourceArn': topicArn } } }) })],
  ])('makes no circle, %s', (_, propsOf) => {
    const { stack, rotation } = defineRotation();
    const topic = new sns.Topic(stack, 'Topic');
    topic.node.addDependency(rotation);
    rotation.grantRead(new iam.Role(stack, 'Reader', propsOf(topic)));
    const order = orderOf(stack);
    expect(order.findIndex(id => id.startsWith('NewsletterSchedule'))).toBeLessThan(order.findIndex(id => id.startsWith('ReaderReadSesSmtpCredential')));
  });

  it('makes no circle if all of it is there', () => {
    const { stack, rotation } = defineRotation(scope => ({ encryptionKey: new kms.Key(scope, 'OwnKey') }));
    const role = reader(stack);
    for (const [, define] of FURTHER_RIGHTS) define(stack, rotation, role);
    rotation.grantRead(role);
    expect(orderOf(stack).length).toBeGreaterThan(40);
  });
});

describe('the read grant', () => {
  it.each<[string, (stack: Stack) => iam.IGrantable, string]>([
    ['a role', reader, 'Reader'],
    ['a role that was imported', stack => iam.Role.fromRoleName(stack, 'Imported', 'mail-servers'), 'Imported'],
    ['a user', stack => new iam.User(stack, 'Person'), 'Person'],
    ['a group', stack => new iam.Group(stack, 'People'), 'People'],
  ])('has a policy of its own, which the first rotation waits for, for %s', (_, grantee, start) => {
    const { stack, rotation } = defineRotation();
    const readers = grantee(stack);
    expect(rotation.grantRead(readers).success).toBe(true);
    rotation.grantRead(readers);
    expect(statementsOf(stack, `${start}ReadSesSmtpCredential`)).toMatchObject([{ Action: READ }]);
    expect(dependenciesOf(stack, 'NewsletterSchedule')).toContainEqual(expect.stringMatching(`^${start}ReadSesSmtpCredential`));
  });

  it('of several credentials has several policies', () => {
    const { stack, rotation } = defineRotation();
    const role = reader(stack);
    for (const credential of [rotation, another(stack)]) credential.grantRead(role);
    Template.fromStack(stack).resourcePropertiesCountIs('AWS::IAM::Policy', { Roles: [{ Ref: Match.stringLikeRegexp('^Reader') }] }, 2);
  });

  it.each<[string, (stack: Stack) => iam.IGrantable]>([
    ['a role that takes no policies', stack => iam.Role.fromRoleName(stack, 'Imported', 'mail-servers', { mutable: false })],
    ['a role that comes later', stack => new iam.LazyRole(stack, 'Lazy', { assumedBy: new iam.ServicePrincipal('ec2') })],
  ])('has no policy of its own for %s', (_, grantee) => {
    const { stack, rotation } = defineRotation();
    rotation.grantRead(grantee(stack));
    expect(orderOf(stack).filter(id => id.includes('ReadSesSmtpCredential'))).toEqual([]);
  });

  it('makes no circle if each of two rotations has a reader that waits for the other one', () => {
    const { rotation, stack } = defineRotation();
    const other = another(stack);
    for (const [read, awaited] of [[rotation, other], [other, rotation]]) {
      const role = new iam.Role(stack, `ReaderOf${read.node.id}`, { assumedBy: new iam.ServicePrincipal('ec2') });
      read.grantRead(role);
      role.node.addDependency(awaited);
    }
    expect(() => orderOf(stack)).not.toThrow();
  });

  it('is in the report of roles that are made elsewhere, as is what the rotation may do', () => {
    const app = new App();
    const stack = new Stack(app, 'Stack');
    iam.Role.customizeRoles(stack, { usePrecreatedRoles: { 'Stack/Reader': 'mail-servers', 'Stack/Alerts/Role': 'rotation' } });
    another(stack).grantRead(reader(stack));
    const { directory } = app.synth();
    const report = readFileSync(join(directory, 'iam-policy-report.json'), 'utf8');
    const { roles } = JSON.parse(report) as { roles: { roleName: string; identityPolicyStatements: { Sid?: string }[] }[] };
    const sids = Object.fromEntries(roles.map(({ identityPolicyStatements: all, roleName }) => [roleName, all.map(({ Sid }) => Sid)]));
    expect(sids).toEqual({ 'rotation': ['WriteLog', 'RotateSecret', 'RotateAccessKeys', 'ReadLastUse', 'InvokeItself'], 'mail-servers': [undefined] });
    expect(orderOf(stack).filter(id => /Reader|Policy/.test(id))).toEqual([]);
  });

  it('fails without a grantee', () => {
    const { rotation } = defineRotation();
    expect(() => rotation.grantRead(undefined as never))
      .toThrow('Stack/Newsletter: grantee must be a role or another grantee, got nothing; use what reads the secret');
  });
});

describe('a grantee of another account', () => {
  const env = { account: '111111111111', region: 'eu-west-1' };
  const message = 'Stack/Newsletter: encryptionKey must be set for a grantee of another account, got none for 222222222222; '
    + 'the AWS managed key cannot be used across accounts';

  it.each([
    ['a role', new iam.ArnPrincipal('arn:aws:iam::222222222222:role/mail')],
    ['an account', new iam.AccountPrincipal('222222222222')],
  ])('fails without a key of the customer, as %s', (_, grantee) => {
    expect(() => defineRotation(undefined, { env }).rotation.grantRead(grantee)).toThrow(message);
  });

  it('is granted with one, or if it may be of the same account', () => {
    const { rotation } = defineRotation(stack => ({ encryptionKey: new kms.Key(stack, 'Key') }), { env });
    expect(() => rotation.grantRead(new iam.AccountPrincipal('222222222222'))).not.toThrow();
    expect(() => defineRotation().rotation.grantRead(new iam.AccountPrincipal('222222222222'))).not.toThrow();
    expect(() => defineRotation(undefined, { env }).rotation.grantRead(new iam.ArnPrincipal(`arn:aws:iam::${env.account}:role/mail`))).not.toThrow();
    expect(() => defineRotation(undefined, { env }).rotation.grantRead(new iam.ServicePrincipal('ecs-tasks.amazonaws.com'))).not.toThrow();
    expect(() => defineRotation(undefined, { env }).rotation.grantRead(new iam.ArnPrincipal(new sns.Topic(new Stack(), 'Topic').topicArn))).not.toThrow();
  });

  it('is up to those who made the secret, if it is imported', () => {
    const { rotation } = defineRotation(stack => ({ secret: Secret.fromSecretNameV2(stack, 'Imported', 'mail/smtp') }), { env });
    rotation.grantRead(new iam.AccountPrincipal('222222222222'));
    Annotations.fromStack(Stack.of(rotation)).hasNoError('*', Match.anyValue());
  });
});
