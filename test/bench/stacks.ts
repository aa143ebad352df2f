import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { EmailIdentity } from 'aws-cdk-lib/aws-ses';
import { CredentialDocument, MailServerTargets, SesSmtpCredentialRotation, SesSmtpCredentialRotationProps } from '../../src';
import { Template } from '../world/cloudformation/template';

export const FLEET_TAG = { EmailServers: 'True' };

/** Props of a kind of credential, which may need something in the stack. */
export type CredentialKind = (stack: Stack) => Partial<SesSmtpCredentialRotationProps>;

/** As few props as there can be. */
export const plain: CredentialKind = () => ({});

/** One fleet. */
export const withFleet: CredentialKind = () => ({
  mailServers: [{ targets: MailServerTargets.tag('EmailServers', FLEET_TAG.EmailServers), document: CredentialDocument.postfix() }],
});

export function emptyStack(app: App): Stack {
  return new Stack(app, 'Mail');
}

/** A stack with so many credentials of a kind. */
export function credentialStack(app: App, count: number, kind: CredentialKind): Stack {
  const stack = emptyStack(app);
  const identities = [EmailIdentity.fromEmailIdentityName(stack, 'Domain', 'example.com')];
  const props = kind(stack);
  const ids = Array.from({ length: count }, (_, index) => index === 0 ? 'Newsletter' : `Newsletter${index}`);
  for (const id of ids) new SesSmtpCredentialRotation(stack, id, { identities, ...props });
  return stack;
}

/** The template that an app writes for a stack. */
export function templateOf(define: (app: App) => Stack): Template {
  const outdir = mkdtempSync(join(tmpdir(), 'template-'));
  try {
    const app = new App({ outdir });
    const { stackName } = define(app);
    return app.synth().getStackByName(stackName).template as Template;
  } finally {
    rmSync(outdir, { recursive: true });
  }
}

/** As CDK writes it, which is what CloudFormation limits. */
export function bytesOf(template: Template): number {
  return JSON.stringify(template, undefined, 1).length;
}

export function secretOnlyStack(app: App): Stack {
  return credentialStack(app, 1, plain);
}

export function fleetStack(app: App): Stack {
  return credentialStack(app, 1, withFleet);
}
