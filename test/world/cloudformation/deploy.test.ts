import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  App, Aws, CfnCondition, CfnOutput, Duration, Fn, SecretValue, Stack,
  aws_iam as iam, aws_kms as kms, aws_lambda as lambda, aws_secretsmanager as secretsmanager, aws_ssm as ssm,
} from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { VirtualClock, World, deploy } from '../index';

let world: World;
let directory: string;
let stack: Stack;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'assembly-'));
  world = new World({ clock: new VirtualClock(), partition: 'aws-us-gov', region: 'us-gov-west-1' });
  stack = new Stack(new App({ outdir: directory }), 'Mail');
});

afterEach(() => rmSync(directory, { recursive: true }));

function deployed(parameters?: Record<string, unknown>) {
  return deploy(Template.fromStack(stack).toJSON(), world, { stackName: 'Mail', assemblyDirectory: directory, parameters });
}

function rotationFunction(): lambda.Function {
  return new lambda.Function(stack, 'Function', {
    code: lambda.Code.fromAsset(join(__dirname, '..', 'nodes', 'bin')),
    handler: 'index.handler',
    runtime: lambda.Runtime.NODEJS_18_X,
    timeout: Duration.minutes(15),
    environment: { REGION: Aws.REGION },
  });
}

describe('users and groups', () => {
  it('get their names, paths, memberships and policies', () => {
    const identityArn = `arn:${Aws.PARTITION}:ses:${Aws.REGION}:${Aws.ACCOUNT_ID}:identity/example.com`;
    const group = new iam.Group(stack, 'Group');
    const user = new iam.User(stack, 'User', { path: '/mail/', groups: [group] });
    group.addToPolicy(new iam.PolicyStatement({ actions: ['ses:SendRawEmail'], resources: [identityArn] }));
    new CfnOutput(stack, 'Arn', { value: user.userArn });
    const { users, outputs } = deployed();
    const [made] = Object.values(users);
    expect(outputs.Arn).toBe(made.arn);
    expect(made.arn).toMatch(/^arn:aws-us-gov:iam::111122223333:user\/mail\/Mail-User/);
    expect(world.maySend(made.name, 'news@example.com')).toBe(true);
    expect(world.maySend(made.name, 'news@example.org')).toBe(false);
  });

  it('are bounded by a permissions boundary', () => {
    const boundary = new iam.ManagedPolicy(stack, 'Boundary', { statements: [new iam.PolicyStatement({ actions: ['ssm:*'], resources: ['*'] })] });
    const user = new iam.User(stack, 'User', { permissionsBoundary: boundary });
    user.addToPolicy(new iam.PolicyStatement({ actions: ['ses:SendRawEmail'], resources: ['*'] }));
    const [made] = Object.values(deployed().users);
    expect(world.maySend(made.name, 'news@example.com')).toBe(false);
  });

  it('must exist when a policy names them', () => {
    const user = iam.User.fromUserName(stack, 'User', 'somebody');
    user.addToPrincipalPolicy(new iam.PolicyStatement({ actions: ['ses:SendRawEmail'], resources: ['*'] }));
    expect(() => deployed()).toThrow('somebody');
    world.iam.createUser({ name: 'somebody' });
    deployed();
    expect(world.maySend('somebody', 'news@example.com')).toBe(true);
  });
});

describe('secrets', () => {
  it('start with the value of the template, a generated one, or none', () => {
    new secretsmanager.Secret(stack, 'Given', { secretStringValue: SecretValue.unsafePlainText('{}') });
    new secretsmanager.Secret(stack, 'Generated', { generateSecretString: { secretStringTemplate: '{"user":"x"}', generateStringKey: 'password' } });
    new secretsmanager.CfnSecret(stack, 'Empty');
    const values = Object.values(deployed().secrets).map(secret => world.secretsManager.valueOf(secret.arn));
    expect(values).toEqual(['{}', expect.stringMatching(/^{"user":"x","password":"\w{32}"}$/), undefined]);
  });

  it('have ARNs with a random end, which a reference gives', () => {
    const secret = new secretsmanager.Secret(stack, 'Secret', { secretName: 'smtp' });
    new CfnOutput(stack, 'Arn', { value: secret.secretArn });
    expect(deployed().outputs.Arn).toMatch(/^arn:aws-us-gov:secretsmanager:us-gov-west-1:111122223333:secret:smtp-\w{6}$/);
  });
});

describe('the rotation function', () => {
  it('has environment, timeout, code and role of the template, and rotates its secret', async () => {
    const secret = new secretsmanager.Secret(stack, 'Secret', { encryptionKey: new kms.Key(stack, 'Key') });
    const fn = rotationFunction();
    secret.addRotationSchedule('Schedule', { rotationLambda: fn, rotateImmediatelyOnUpdate: false });
    const { functions, secrets } = deployed();
    const [made] = Object.values(functions);
    expect(made).toMatchObject({ environment: { REGION: 'us-gov-west-1' }, timeoutSeconds: 900, handler: 'index.handler' });
    expect(made.codeDirectory).toMatch(new RegExp(`^${directory}/asset\\.`));
    const [rotated] = Object.values(secrets);
    expect(rotated.rotation).toMatchObject({ lambdaArn: made.arn, rotateImmediately: false, enabled: true });
    world.functionInvoker = async () => { throw new Error('reached'); };
    expect((await world.rotation.rotate(rotated.arn)).attempts[0]).toMatchObject([{ step: 'createSecret', error: new Error('reached') }]);
  });

  it('may do what the grants of the template say, the key included', async () => {
    const secret = new secretsmanager.Secret(stack, 'Secret', { encryptionKey: new kms.Key(stack, 'Key') });
    const fn = rotationFunction();
    secret.grantRead(fn);
    const { functions, secrets } = deployed();
    const [rotated] = Object.values(secrets);
    const { accessKeyId } = world.credentialsFor(Object.values(functions)[0].roleArn);
    const call = async (action: string) => world.requestHandler().handle({
      path: '/',
      headers: { 'Authorization': `Credential=${accessKeyId}/`, 'X-Amz-Target': `secretsmanager.${action}` },
      body: JSON.stringify({ SecretId: rotated.arn, SecretString: 'x' }),
    });
    expect((await call('GetSecretValue')).response.statusCode).toBe(200);
    expect((await call('PutSecretValue')).response.statusCode).toBe(400);
  });
});

it('registers documents under their names', () => {
  const content = { schemaVersion: '2.2', mainSteps: [{ action: 'aws:runShellScript', name: 'Apply', inputs: { runCommand: ['true'] } }] };
  new ssm.CfnDocument(stack, 'Document', { content, documentType: 'Command' });
  const [document] = Object.values(deployed().documents);
  expect(world.ssm.documents.find(document.name)).toMatchObject({ arn: expect.stringContaining(':document/Mail-Document-'), versions: [content] });
});

it('follows conditions, parameters and functions of the template', () => {
  const inGov = new CfnCondition(stack, 'InGov', { expression: Fn.conditionEquals(Aws.PARTITION, 'aws-us-gov') });
  const elsewhere = new CfnCondition(stack, 'Elsewhere', { expression: Fn.conditionNot(inGov) });
  new secretsmanager.CfnSecret(stack, 'Never').cfnOptions.condition = elsewhere;
  new secretsmanager.CfnSecret(stack, 'Secret', { description: Fn.conditionIf('Elsewhere', 'x', Aws.NO_VALUE).toString() });
  new CfnOutput(stack, 'Sub', { value: Fn.sub('${A}.${AWS::URLSuffix}.${!B}', { A: Fn.select(1, Fn.split('-', 'a-b')) }) });
  const { resources, outputs } = deployed();
  expect(outputs.Sub).toBe('b.amazonaws.com.${B}');
  expect(resources.Never).toBeUndefined();
  expect(resources.Secret.properties).toEqual({});
});

it('gives the same physical names for the same seed', () => {
  new iam.User(stack, 'User');
  const template = Template.fromStack(stack).toJSON();
  const nameIn = (seed: string) => Object.values(deploy(template, new World({ clock: new VirtualClock(), seed })).users)[0].name;
  expect(nameIn('a')).toBe(nameIn('a'));
});
