import { App, Stack, Stage } from 'aws-cdk-lib';
import * as ses from 'aws-cdk-lib/aws-ses';
import { Construct } from 'constructs';
import { describe, expect, it } from 'vitest';
import { MailServerTargets, SesSmtpCredentialRotation, SesSmtpCredentialRotationProps } from '../../../src';
import { withPath } from '../../../src/private/error-path';
import { taggedFleet } from '../define-rotation';

/** Each team with its own props, in a loop. */
function defineTeams(props: Record<string, Partial<SesSmtpCredentialRotationProps>>): void {
  const stack = new Stack(new Stage(new App(), 'Production'), 'Mail');
  const identities = [ses.EmailIdentity.fromEmailIdentityName(stack, 'Domain', 'example.com')];
  for (const [team, furtherProps] of Object.entries(props)) {
    new SesSmtpCredentialRotation(new Construct(stack, team), 'Credential', { identities, ...furtherProps });
  }
}

describe('an error names the construct', () => {
  it.each<[string, Partial<SesSmtpCredentialRotationProps>]>([
    ['a prop', { fromAddresses: [] }],
    ['all fleets together', { mailServers: [taggedFleet, taggedFleet] }],
    ['the size of the environment', { mailServers: [{ ...taggedFleet, targets: MailServerTargets.tag('Role', 'x'.repeat(5000)) }] }],
  ])('when it is about %s', (_, props) => {
    expect(() => defineTeams({ Press: {}, Sales: props })).toThrow(/^Production\/Mail\/Sales\/Credential: \w+.* must /);
  });

  it('once, if the message has its path already', () => {
    const stack = new Stack(new App(), 'Mail');
    const error = new Error('validation failed [at Mail]');
    expect(withPath(stack, error)).toBe(error);
  });

  it('and keeps what is not an error', () => {
    expect(withPath(new Stack(new App(), 'Mail'), 'text')).toBe('text');
  });
});
