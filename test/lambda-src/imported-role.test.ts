import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import { expect, it } from 'vitest';
import { failureOf, Scenario } from './scenario';
import { CredentialDocument, MailServerTargets, SesSmtpCredentialRotation } from '../../src';
import { textOf } from '../src/define-rotation';
import { PolicyDocument } from '../world/services/policy';

const PSEUDO_PARAMETERS: Record<string, string> = {
  '<AWS::Partition>': 'aws', '<AWS::Region>': 'eu-west-1', '<AWS::AccountId>': '111122223333', '<AWS::URLSuffix>': 'amazonaws.com',
};

/** The policy as somebody writes it who knows account and Region. */
function written(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(written);
  const isPlain = typeof value === 'object' && value !== null && !('Fn::Join' in value || 'Ref' in value);
  if (isPlain) return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, written(item)]));
  return textOf(value).replace(/<AWS::\w+>/g, name => PSEUDO_PARAMETERS[name]);
}

function withCentralRole() {
  let stack: Stack | undefined;
  const scenario = new Scenario({
    before: world => { world.iam.createRole({ name: 'central' }); },
    props: scope => {
      stack = scope;
      return {
        role: iam.Role.fromRoleName(scope, 'Central', 'central'),
        userName: 'ses-smtp-user',
        secretName: 'prod/smtp',
        functionName: 'smtp-rotation',
        logGroup: logs.LogGroup.fromLogGroupName(scope, 'Log', '/smtp/rotation'),
        path: '/mail/',
        mailServers: [{ targets: MailServerTargets.tag('EmailServers', 'True'), document: CredentialDocument.postfix() }],
      };
    },
  });
  scenario.addNode('i-00000001');
  const rotation = stack!.node.findChild('Newsletter') as SesSmtpCredentialRotation;
  return { scenario, policy: written(stack!.resolve(rotation.functionPolicy)) as PolicyDocument, role: scenario.world.iam.role('central') };
}

it('an imported role with functionPolicy rotates, watches and deletes', async () => {
  const { policy, role, scenario } = withCentralRole();
  expect(JSON.stringify(policy)).not.toContain('<');
  role.inlinePolicies.set('rotation', policy);
  await scenario.rotateWell();
  await scenario.rotateWell();
  await scenario.watch();
  expect(await scenario.request({ RequestType: 'Delete', PhysicalResourceId: 'credential' })).toMatchObject({ Status: 'SUCCESS' });
  expect(scenario.world.permissions.calls.filter(({ allowed, principal }) => !allowed && principal === role.arn)).toEqual([]);
});

it('an imported role without it is refused', async () => {
  const { scenario } = withCentralRole();
  expect(failureOf(await scenario.rotate({ maxAttempts: 1 }))?.message).toMatch(/assumed-role\/central\/.* is not authorized to perform/);
});
