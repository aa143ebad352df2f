import { Lazy } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { describe, expect, it } from 'vitest';
import { CredentialDocument, MailServerTargets, SmtpEndpoint } from '../../../../src';
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
