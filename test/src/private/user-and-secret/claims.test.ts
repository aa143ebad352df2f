import { App, Aws, CfnParameter, Environment, Stack, Stage } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import * as ses from 'aws-cdk-lib/aws-ses';
import { Construct } from 'constructs';
import { describe, expect, it } from 'vitest';
import { SesSmtpCredentialRotation, SesSmtpCredentialRotationProps } from '../../../../src';

type Props = Partial<SesSmtpCredentialRotationProps>;

const IRELAND = { account: '111122223333', region: 'eu-west-1' };
const VIRGINIA = { account: '111122223333', region: 'us-east-1' };
const ARN = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:mail/smtp';

/** Defines what is there before, and gives the properties of a rotation. */
type Definition = (stack: Stack, id: string) => Props;

const user = (name: string): Definition => (stack, id) => ({ user: iam.User.fromUserName(stack, `${id}User`, name) });
const userByArn = (arn: string): Definition => (stack, id) => ({ user: iam.User.fromUserArn(stack, `${id}User`, arn) });
const secret = (name: string): Definition => (stack, id) => ({ secret: secretsmanager.Secret.fromSecretNameV2(stack, `${id}Secret`, name) });
const secretByArn = (arn: string): Definition => (stack, id) => ({ secret: secretsmanager.Secret.fromSecretCompleteArn(stack, `${id}Secret`, arn) });
const secretByPart = (arn: string): Definition => (stack, id) => ({ secret: secretsmanager.Secret.fromSecretPartialArn(stack, `${id}Secret`, arn) });

function define(stack: Stack, id: string, props: Props): SesSmtpCredentialRotation {
  const identities = [ses.EmailIdentity.fromEmailIdentityName(stack, `${id}Domain`, 'example.com')];
  return new SesSmtpCredentialRotation(stack, id, { identities, ...props });
}

function defineBoth(one: Definition, two: Definition, [first, second]: [Stack, Stack]): () => void {
  define(first, 'News', one(first, 'News'));
  const props = two(second, 'Billing');
  return () => define(second, 'Billing', props);
}

function oneStack(env?: Environment): [Stack, Stack] {
  const stack = new Stack(new App(), 'Mail', { env });
  return [stack, stack];
}

function twoStacks(one?: Environment, two = one): [Stack, Stack] {
  const app = new App();
  return [new Stack(app, 'Mail', { env: one }), new Stack(app, 'Other', { env: two })];
}

function twoStages(env: Environment): [Stack, Stack] {
  const app = new App();
  return [new Stack(new Stage(app, 'Blue'), 'Mail', { env }), new Stack(new Stage(app, 'Green'), 'Mail', { env })];
}

function refusal(what: string, second: string): string {
  const consequence = { user: "each would treat the other's access keys as stray ones", secret: 'one schedule would replace the other' }[what];
  return `${what} must belong to one rotation only, got the same one in Mail/News and ${second}/Billing: ${consequence}; give each rotation its own ${what}`;
}

const SAME: [string, string, Definition, Definition][] = [
  ['user', 'imported by its name twice', user('mailer'), user('mailer')],
  ['user', 'new, and imported by its name', () => ({ userName: 'mailer' }), user('mailer')],
  ['user', 'imported by its name, and new', user('mailer'), () => ({ userName: 'mailer' })],
  ['user', 'new twice', () => ({ userName: 'mailer' }), () => ({ userName: 'mailer' })],
  ['user', 'imported by its ARN', user('mailer'), userByArn('arn:aws:iam::111122223333:user/mail/mailer')],
  ['secret', 'imported by its name twice', secret('mail/smtp'), secret('mail/smtp')],
  ['secret', 'new, and imported by its name', () => ({ secretName: 'mail/smtp' }), secret('mail/smtp')],
  ['secret', 'new twice', () => ({ secretName: 'mail/smtp' }), () => ({ secretName: 'mail/smtp' })],
  ['secret', 'imported by its ARN twice', secretByArn(`${ARN}-AbCdEf`), secretByArn(`${ARN}-AbCdEf`)],
  ['secret', 'imported by two forms of its ARN', secretByPart(ARN), secretByArn(`${ARN}-AbCdEf`)],
];

describe('the same', () => {
  it.each(SAME)('%s fails in two rotations of a stack: %s', (what, _, one, two) => {
    expect(defineBoth(one, two, oneStack())).toThrow(refusal(what, 'Mail'));
  });

  it.each([...SAME, ['secret', 'imported by its name, and by its ARN', secret('mail/smtp'), secretByArn(`${ARN}-AbCdEf`)] as const])(
    '%s fails in two stacks of the same account and region: %s', (what, _, one, two) => {
      expect(defineBoth(one, two, twoStacks(IRELAND))).toThrow(refusal(what, 'Other'));
    });

  it('user fails in two regions of an account', () => {
    expect(defineBoth(user('mailer'), user('mailer'), twoStacks(IRELAND, VIRGINIA))).toThrow(refusal('user', 'Other'));
  });

  it.each<[string, (scope: Stack) => Props]>([
    ['user', scope => ({ user: new iam.User(scope, 'User') })],
    ['secret', scope => ({ secret: new secretsmanager.Secret(scope, 'Secret') })],
  ])('%s of another stack fails in two others', (what, resource) => {
    const [first, second] = twoStacks();
    const props = resource(new Stack(first.node.root as App, 'Owner'));
    expect(defineBoth(() => props, () => props, [first, second])).toThrow(refusal(what, 'Other'));
  });

  it.each(['user', 'secret'] as const)('%s fails when it is that of another rotation', what => {
    const [stack] = oneStack();
    const first = define(stack, 'News', {});
    expect(() => define(stack, 'Billing', { [what]: first[what] })).toThrow(refusal(what, 'Mail'));
  });

  it('name that is not known yet fails in the same stack', () => {
    const stack = new Stack(new App(), 'Mail');
    const name = new CfnParameter(stack, 'Name').valueAsString;
    expect(defineBoth(user(name), user(name), [stack, stack])).toThrow(refusal('user', 'Mail'));
  });
});

describe('two rotations', () => {
  it.each<[string, Definition, Definition]>([
    ['names', user('mailer'), user('mailer2')],
    ['secret names', secret('mail/smtp'), secret('mail/smtp2')],
    ['suffixes, as CDK would take them for', secretByPart(`${ARN}-secret`), secret('mail/smtp')],
    ['kinds', () => ({ userName: 'mailer' }), () => ({ secretName: 'mailer' })],
    ['generated names', () => ({}), () => ({})],
  ])('may have different %s', (_, one, two) => {
    expect(defineBoth(one, two, oneStack())).not.toThrow();
    expect(defineBoth(one, two, twoStacks(IRELAND))).not.toThrow();
  });

  it.each<[string, [Stack, Stack], Definition]>([
    ['two accounts', twoStacks(IRELAND, { ...IRELAND, account: '444455556666' }), user('mailer')],
    ['two accounts', twoStacks(IRELAND, { ...IRELAND, account: '444455556666' }), secret('mail/smtp')],
    ['two regions', twoStacks(IRELAND, VIRGINIA), secret('mail/smtp')],
    ['accounts that only the deployment knows', twoStacks(), user('mailer')],
    ['two stages, of which one is deployed at a time', twoStages(IRELAND), user('mailer')],
    ['two apps', [oneStack(IRELAND)[0], oneStack(IRELAND)[0]], user('mailer')],
  ])('may have the same names in %s', (_, stacks, definition) => {
    expect(defineBoth(definition, definition, stacks)).not.toThrow();
  });

  it('leave it to CDK to refuse a tree without an app', () => {
    const stack = new Stack(new Construct(undefined as unknown as Construct, ''), 'Mail');
    expect(() => define(stack, 'News', {})).toThrow('unable to determine cloud assembly asset output directory');
  });

  it('may have the same user one after the other', () => {
    const [stack] = oneStack();
    const props = user('mailer')(stack, 'News');
    define(stack, 'News', props);
    stack.node.tryRemoveChild('News');
    expect(() => define(stack, 'Billing', props)).not.toThrow();
  });

  it('may have names that are spelled alike and stand for something else in each stack', () => {
    const name = `mailer-${Aws.STACK_NAME}`;
    expect(defineBoth(user(name), user(name), twoStacks(IRELAND))).not.toThrow();
    expect(defineBoth(secret(name), secret(name), twoStacks(IRELAND))).not.toThrow();
  });

  it('may have secrets whose ARNs only the deployment knows', () => {
    const definition = (parameter: string): Definition => (stack, id) =>
      secretByPart(new CfnParameter(stack, parameter).valueAsString)(stack, id);
    expect(defineBoth(definition('One'), definition('Two'), oneStack())).not.toThrow();
  });
});
