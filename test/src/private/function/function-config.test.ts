import { App, CfnParameter, Lazy, NestedStack, PhysicalName, Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { EmailIdentity } from 'aws-cdk-lib/aws-ses';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { describe, expect, it } from 'vitest';
import { CredentialDocument, MailServerTargets, SesSmtpCredentialRotation, SesSmtpCredentialRotationProps, SmtpEndpoint } from '../../../../src';
import { defineRotation, taggedFleet } from '../../define-rotation';

const COMPLETE_ARN = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:mail/smtp-AbCdEf';

/** How large the environment of a function is said to be that is too large. */
function sizeOf(props: Parameters<typeof defineRotation>[0]): number {
  try {
    defineRotation(props);
  } catch (error) {
    return Number(/got at least (\d+) bytes/.exec((error as Error).message)?.[1]);
  }
  return expect.unreachable();
}

describe('the environment of the function fails', () => {
  it("when the configuration is larger than Lambda's environment", () => {
    const nodes = Array.from({ length: 50 }, (_, index) => `mi-${String(index).padStart(17, '0')}`);
    const fleets = ['First', 'Second', 'Third', 'Fourth'].map(name => ({
      targets: MailServerTargets.managedNodes(...nodes),
      document: CredentialDocument.existing(name, { secretArnParameter: 'Secret', versionIdParameter: 'Version' }),
    }));
    expect(() => defineRotation(() => ({ mailServers: fleets.slice(0, 2) }))).not.toThrow();
    expect(() => defineRotation(() => ({ mailServers: fleets }))).toThrow(
      /^Stack\/Newsletter: mailServers must fit into the 4096 bytes of the function's environment with all other props, got at least \d+ bytes; use tags instead of node ids, or define several rotations$/,
    );
  });

  it('when the configuration is too large only with the variable for FIPS endpoints', () => {
    const props = (value: string, fips: boolean) => () => ({
      endpoint: SmtpEndpoint.regional({ fips }), mailServers: [{ ...taggedFleet, targets: MailServerTargets.tag('Role', value) }],
    });
    const rest = sizeOf(props('x'.repeat(4096), false)) - 4096;
    expect(() => defineRotation(props('x'.repeat(4096 - rest), false))).not.toThrow();
    expect(sizeOf(props('x'.repeat(4096 - rest), true))).toBe(4096 + '-fips'.length + 'AWS_USE_FIPS_ENDPOINTtrue'.length);
  });

  it('when the configuration is too large without any value that only the deployment knows', () => {
    const value = 'x'.repeat(4096);
    expect(() => defineRotation(scope => ({
      user: iam.User.fromUserName(scope, 'Existing', 'mailer'),
      secret: Secret.fromSecretCompleteArn(scope, 'Imported', COMPLETE_ARN),
      endpoint: SmtpEndpoint.custom({ host: 'relay', region: 'eu-west-1' }),
      mailServers: [{ ...taggedFleet, targets: MailServerTargets.tag('Role', Lazy.string({ produce: () => value })) }],
    }))).toThrow("mailServers must fit into the 4096 bytes of the function's environment");
  });

  it('when the names of many documents make it too large, which only the deployment knows', () => {
    const fleets = (count: number) => () => ({
      mailServers: Array.from({ length: count }, (_, index) => ({
        targets: MailServerTargets.tag('EmailServers', `Role${index}`), document: CredentialDocument.shellScript(`echo ${index}`),
      })),
    });
    expect(() => defineRotation(fleets(9))).not.toThrow();
    expect(() => defineRotation(fleets(14))).toThrow("must fit into the 4096 bytes of the function's environment");
  });
});

describe('the environment of the function comes with a warning', () => {
  const WARNING = Match.stringLikeRegexp('^mailServers and all other props take \\d+ to \\d+ bytes of the .* environment, .*Lambda rejects more than 4096; use tags');
  const shells = (count: number): Partial<SesSmtpCredentialRotationProps> => ({
    mailServers: Array.from({ length: count }, (_, index) => ({
      targets: MailServerTargets.tag('EmailServers', `Role${index}`), document: CredentialDocument.shellScript(`echo ${index}`),
    })),
  });
  const warns = (stack: Stack) => Annotations.fromStack(stack).findWarning('*', WARNING).length > 0;

  it.each<[string, (scope: Stack, id: string) => string]>([
    ['parameters', (scope, id) => new CfnParameter(scope, id).valueAsString],
    ['other resources', (scope, id) => new Topic(scope, id).topicArn],
  ])('when values of %s may make it too large', (_, valueOf) => {
    const values = (scope: Stack, count: number) => Array.from({ length: count }, (_item, index) => valueOf(scope, `Role${index}`));
    const stackOf = (count: number) => defineRotation(scope => ({
      mailServers: [{ ...taggedFleet, targets: MailServerTargets.tag('Role', ...values(scope, count)) }],
    })).stack;
    expect([1, 10, 20].map(count => warns(stackOf(count)))).toEqual([false, false, true]);
  });

  it('when the name of the stack may make it too large', () => {
    const stackOf = (name: string) => {
      const stack = new Stack(new App(), 'Stack', { stackName: name });
      const identities = [EmailIdentity.fromEmailIdentityName(stack, 'Domain', 'example.com')];
      new SesSmtpCredentialRotation(stack, 'Newsletter', { identities, ...shells(11) });
      return stack;
    };
    expect(['Mail', 'M'.repeat(120)].map(name => warns(stackOf(name)))).toEqual([false, true]);
  });

  it('when the name of a nested stack may make it too large', () => {
    const stack = new Stack(new App(), 'Stack');
    const nested = new NestedStack(stack, 'Nested');
    const identities = [EmailIdentity.fromEmailIdentityName(nested, 'Domain', 'example.com')];
    new SesSmtpCredentialRotation(nested, 'Newsletter', { identities, ...shells(11) });
    expect(warns(stack)).toBe(true);
  });

  it('not when the names of user and secret are known to be short', () => {
    const names = { userName: 'u', secretName: 's' };
    const fleet = (rest: number) => ({ mailServers: [{ ...taggedFleet, targets: MailServerTargets.tag('Role', 'x'.repeat(4096 - rest)) }] });
    const rest = sizeOf(() => ({ ...fleet(0), ...names })) - 4096;
    const named = defineRotation(() => ({ ...fleet(rest + 40), ...names })).stack;
    const generated = defineRotation(() => ({ ...fleet(rest + 100), userName: PhysicalName.GENERATE_IF_NEEDED })).stack;
    expect([named, generated].map(warns)).toEqual([false, true]);
  });
});
