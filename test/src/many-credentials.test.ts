import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { EmailIdentity } from 'aws-cdk-lib/aws-ses';
import { expect, it } from 'vitest';
import { CredentialDocument, MailServerTargets, SesSmtpCredentialRotation, SesSmtpCredentialRotationProps } from '../../src';
import { World } from '../world';
import { dependenciesOf, dependencyOrder } from '../world/cloudformation/dependency-order';
import { deploy } from '../world/cloudformation/deploy';
import { Template } from '../world/cloudformation/template';
import { ConcurrentClock } from '../world/time/concurrent-clock';

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html */
const MOST_RESOURCES = 500;
const MOST_BYTES = 1_000_000;

/** A stack with so many credentials. */
function synthesize(count: number, propsOf: (stack: Stack) => Partial<SesSmtpCredentialRotationProps>): Template {
  const outdir = mkdtempSync(join(tmpdir(), 'assembly-'));
  try {
    const app = new App({ outdir });
    const stack = new Stack(app, 'Mail');
    const identities = [EmailIdentity.fromEmailIdentityName(stack, 'Domain', 'example.com')];
    const props = propsOf(stack);
    for (let index = 0; index < count; index++) new SesSmtpCredentialRotation(stack, `Team${index}`, { identities, ...props });
    return app.synth().getStackByName('Mail').template as Template;
  } finally {
    rmSync(outdir, { recursive: true });
  }
}

it.each<[string, number, (stack: Stack) => Partial<SesSmtpCredentialRotationProps>]>([
  ['plain credentials', 35, () => ({})],
  ['plain credentials with one log group', 38, stack => ({ logGroup: new LogGroup(stack, 'Logs') })],
  ['credentials with a fleet each', 35, () => ({
    mailServers: [{ targets: MailServerTargets.tag('EmailServers', 'True'), document: CredentialDocument.postfix() }],
  })],
])('fit into one stack: %s, %i of them', (_, count, propsOf) => {
  const template = synthesize(count, propsOf);
  const resources = Object.entries(template.Resources!);
  const ids = new Set(resources.map(([id]) => id));
  expect(ids.size).toBeLessThanOrEqual(MOST_RESOURCES);
  expect(JSON.stringify(template, undefined, 1).length).toBeLessThanOrEqual(MOST_BYTES);
  expect(dependencyOrder(new Map(resources.map(([id, resource]) => [id, dependenciesOf(resource, ids)])))).toHaveLength(ids.size);
  const { functions, secrets } = deploy(template, new World({ clock: new ConcurrentClock() }), { stackName: 'Mail' });
  expect(Object.keys(secrets)).toHaveLength(count);
  expect(new Set(Object.values(functions).map(({ roleArn }) => roleArn)).size).toBe(count);
});
