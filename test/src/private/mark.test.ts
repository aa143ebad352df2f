import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runSimulation } from '@cloud-copilot/iam-simulate';
import { Tags } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import { describe, expect, it } from 'vitest';
import { defineRotation, onlyResource } from '../define-rotation';

const ACCOUNT = '111122223333';
const ROLE = `arn:aws:iam::${ACCOUNT}:role/rotation`;
const USER = `arn:aws:iam::${ACCOUNT}:user/smtp`;
const COMPLIANCE = readFileSync(join(__dirname, '../../../docs/compliance.md'), 'utf8');
/** AWS's sample, and the policy with the construct's own tag. */
const [SAMPLE, OWN] = [...COMPLIANCE.matchAll(/```json\n(.*?)```/gs)].map(([, json]) => JSON.parse(json) as object);

type TagList = { readonly Key: string; readonly Value: string }[];

/** The tags of a resource of the template, as condition keys. */
function tagsAs(prefix: string, tags: TagList = []): Record<string, string> {
  return Object.fromEntries(tags.map(({ Key, Value }) => [`aws:${prefix}/${Key}`, Value]));
}

const stackTags = (furtherTag?: string) => {
  const { rotation, stack } = defineRotation();
  if (furtherTag) Tags.of(rotation).add(furtherTag, 'true', { includeResourceTypes: ['AWS::IAM::Role'] });
  return { role: onlyResource(stack, 'AWS::IAM::Role').Tags as TagList, user: onlyResource(stack, 'AWS::IAM::User').Tags as TagList };
};

/** Whether an action that the caller's own policy allows passes the service control policy. */
async function passes(policy: object, action: string, contextVariables: Record<string, string | string[]>): Promise<boolean> {
  const everything = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };
  const result = await runSimulation({
    request: { principal: ROLE, action, resource: { resource: action === 'iam:TagRole' ? ROLE : USER, accountId: ACCOUNT }, contextVariables: { 'aws:PrincipalArn': ROLE, ...contextVariables } },
    identityPolicies: [{ name: 'everything', policy: everything }],
    serviceControlPolicies: [{ orgIdentifier: 'ou', policies: [{ name: 'FullAWSAccess', policy: everything }, { name: 'deny', policy }] }],
    resourceControlPolicies: [],
  }, {});
  if (result.resultType === 'error') throw new Error(JSON.stringify(result));
  return result.overallResult === 'Allowed';
}

describe('the tag for policies of an organization', () => {
  it('is on user, secret, function and role', () => {
    const { stack } = defineRotation();
    for (const type of ['AWS::IAM::User', 'AWS::SecretsManager::Secret', 'AWS::Lambda::Function', 'AWS::IAM::Role']) {
      expect(onlyResource(stack, type).Tags).toEqual([{ Key: 'ses-smtp-credential-rotation', Value: 'true' }]);
    }
  });

  it('is not on what exists already', () => {
    const { stack } = defineRotation(scope => ({ role: new iam.Role(scope, 'Mine', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') }) }));
    expect(onlyResource(stack, 'AWS::IAM::Role')).not.toHaveProperty('Tags');
    Template.fromStack(stack).resourceCountIs('AWS::IAM::Role', 1);
  });
});

describe("a service control policy like AWS's sample", () => {
  it('denies keys to the function, unless its role has the tag of the sample', async () => {
    expect(await passes(SAMPLE, 'iam:CreateAccessKey', tagsAs('PrincipalTag', stackTags().role))).toBe(false);
    expect(await passes(SAMPLE, 'iam:CreateAccessKey', tagsAs('PrincipalTag', stackTags('IAMUserManagementException').role))).toBe(true);
  });
});

describe("a service control policy with the construct's tag", () => {
  const { role, user } = stackTags();
  const [byRole, ofUser] = [tagsAs('PrincipalTag', role), tagsAs('ResourceTag', user)];

  it('lets the function make keys of its user', async () => {
    expect(await passes(OWN, 'iam:CreateAccessKey', { ...byRole, ...ofUser })).toBe(true);
  });

  it('denies them to others, and of other users', async () => {
    expect(await passes(OWN, 'iam:CreateAccessKey', ofUser)).toBe(false);
    expect(await passes(OWN, 'iam:CreateAccessKey', byRole)).toBe(false);
  });

  const deployment = { 'aws:PrincipalArn': `arn:aws:iam::${ACCOUNT}:role/cdk-hnb659fds-cfn-exec-role-${ACCOUNT}-eu-west-1` };
  const request = { ...tagsAs('RequestTag', user), 'aws:TagKeys': user.map(({ Key }) => Key) };

  it('lets a deployment make the user with its tag, and no other user', async () => {
    expect(await passes(OWN, 'iam:CreateUser', { ...deployment, ...request })).toBe(true);
    expect(await passes(OWN, 'iam:CreateUser', deployment)).toBe(false);
  });

  it('lets nobody else set the tag', async () => {
    expect(await passes(OWN, 'iam:TagRole', { ...deployment, ...request })).toBe(true);
    for (const action of ['iam:TagRole', 'iam:TagUser', 'iam:CreateUser']) expect(await passes(OWN, action, request)).toBe(false);
    expect(await passes(OWN, 'iam:TagRole', { 'aws:TagKeys': ['Team'] })).toBe(true);
  });
});
