import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { expect, it } from 'vitest';
import { bytesOf, CredentialKind, credentialStack, plain, templateOf, withFleet } from '../bench/stacks';
import { World } from '../world';
import { dependenciesOf, dependencyOrder } from '../world/cloudformation/dependency-order';
import { deploy } from '../world/cloudformation/deploy';
import { ConcurrentClock } from '../world/time/concurrent-clock';

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html */
const MOST_RESOURCES = 500;
const MOST_BYTES = 1_000_000;

it.each<[string, number, CredentialKind]>([
  ['plain credentials', 35, plain],
  ['plain credentials with one log group', 38, stack => ({ logGroup: new LogGroup(stack, 'Logs') })],
  ['credentials with a fleet each', 35, withFleet],
])('fit into one stack: %s, %i of them', (_, count, kind) => {
  const template = templateOf(app => credentialStack(app, count, kind));
  const resources = Object.entries(template.Resources!);
  const ids = new Set(resources.map(([id]) => id));
  expect(ids.size).toBeLessThanOrEqual(MOST_RESOURCES);
  expect(bytesOf(template)).toBeLessThanOrEqual(MOST_BYTES);
  expect(dependencyOrder(new Map(resources.map(([id, resource]) => [id, dependenciesOf(resource, ids)])))).toHaveLength(ids.size);
  const { functions, secrets } = deploy(template, new World({ clock: new ConcurrentClock() }), { stackName: 'Mail' });
  expect(Object.keys(secrets)).toHaveLength(count);
  expect(new Set(Object.values(functions).map(({ roleArn }) => roleArn)).size).toBe(count);
});
