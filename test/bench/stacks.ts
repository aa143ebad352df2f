import { App, Stack } from 'aws-cdk-lib';
import { EmailIdentity } from 'aws-cdk-lib/aws-ses';
import { CredentialDocument, MailServerTargets, SesSmtpCredentialRotation } from '../../src';

export const FLEET_TAG = { EmailServers: 'True' };

export function emptyStack(app: App): Stack {
  return new Stack(app, 'Mail');
}

/** One construct with as few props as there can be. */
export function secretOnlyStack(app: App): Stack {
  const stack = emptyStack(app);
  new SesSmtpCredentialRotation(stack, 'Newsletter', { identities: [EmailIdentity.fromEmailIdentityName(stack, 'Domain', 'example.com')] });
  return stack;
}

/** One construct with one fleet. */
export function fleetStack(app: App): Stack {
  const stack = emptyStack(app);
  new SesSmtpCredentialRotation(stack, 'Newsletter', {
    identities: [EmailIdentity.fromEmailIdentityName(stack, 'Domain', 'example.com')],
    mailServers: [{ targets: MailServerTargets.tag('EmailServers', FLEET_TAG.EmailServers), document: CredentialDocument.postfix() }],
  });
  return stack;
}
