import { runSimulation } from '@cloud-copilot/iam-simulate';
import { describe, expect, it } from 'vitest';
import { Permissions, PolicyDocument, PolicyStatement, Principal } from '../index';

const ACCOUNT = '111122223333';
const ROLE = `arn:aws:iam::${ACCOUNT}:role/rotation`;
const SECRET = `arn:aws:secretsmanager:eu-west-1:${ACCOUNT}:secret:smtp-AbCdEf`;
const INSTANCE = `arn:aws:ec2:eu-west-1:${ACCOUNT}:instance/i-0123456789abcdef0`;
const IDENTITY = `arn:aws:ses:eu-west-1:${ACCOUNT}:identity/example.com`;
const USER = `arn:aws:iam::${ACCOUNT}:user/mail/newsletter`;

function principal(...statements: PolicyStatement[]): Principal {
  const document = policy(...statements);
  return { arn: `arn:aws:sts::${ACCOUNT}:assumed-role/rotation/session`, identityArn: ROLE, account: ACCOUNT, policies: () => [document] };
}

function policy(...Statement: PolicyStatement[]): PolicyDocument {
  return { Version: '2012-10-17', Statement };
}

function allow(Action: string, Resource: string | string[], Condition?: PolicyStatement['Condition']): PolicyStatement {
  return { Effect: 'Allow', Action, Resource, ...(Condition ? { Condition } : {}) };
}

const tag = (value: string) => ({ 'aws:ResourceTag/Mail': value });

describe('the same decision as the public simulator', () => {
  const cases: [string, PolicyStatement[], string, string, Record<string, string>][] = [
    ['an exact action and resource', [allow('secretsmanager:GetSecretValue', SECRET)], 'secretsmanager:GetSecretValue', SECRET, {}],
    ['another action', [allow('secretsmanager:GetSecretValue', SECRET)], 'secretsmanager:PutSecretValue', SECRET, {}],
    ['an action in other case', [allow('secretsManager:getSecretValue', SECRET)], 'secretsmanager:GetSecretValue', SECRET, {}],
    ['another resource', [allow('secretsmanager:*', `${SECRET}x`)], 'secretsmanager:PutSecretValue', SECRET, {}],
    ['wildcards of one character', [allow('secretsmanager:*', `${SECRET.slice(0, -6)}??????`)], 'secretsmanager:GetSecretValue', SECRET, {}],
    ['too few wildcards', [allow('secretsmanager:*', `${SECRET.slice(0, -6)}?????`)], 'secretsmanager:GetSecretValue', SECRET, {}],
    ['a user with a path', [allow('iam:CreateAccessKey', USER)], 'iam:CreateAccessKey', USER, {}],
    ['a user named without the path', [allow('iam:CreateAccessKey', USER.replace('mail/', ''))], 'iam:CreateAccessKey', USER, {}],
    ['a deny that outweighs', [allow('iam:*', '*'), { Effect: 'Deny', Action: 'iam:CreateAccessKey', Resource: USER }], 'iam:CreateAccessKey', USER, {}],
    ['NotAction', [{ Effect: 'Allow', NotAction: 'iam:*', Resource: '*' }], 'iam:CreateAccessKey', USER, {}],
    ['NotResource', [{ Effect: 'Allow', Action: 'iam:*', NotResource: `${USER}2` }], 'iam:CreateAccessKey', USER, {}],
    ['a tag that matches', [allow('ssm:SendCommand', '*', { StringEquals: tag('Yes') })], 'ssm:SendCommand', INSTANCE, tag('Yes')],
    ['one tag of several', [allow('ssm:SendCommand', '*', { StringEquals: { 'aws:ResourceTag/Mail': ['No', 'Yes'] } })], 'ssm:SendCommand', INSTANCE, tag('Yes')],
    ['a tag in other case', [allow('ssm:SendCommand', '*', { StringEquals: tag('yes') })], 'ssm:SendCommand', INSTANCE, tag('Yes')],
    ['a tag that is absent', [allow('ssm:SendCommand', '*', { StringEquals: tag('Yes') })], 'ssm:SendCommand', INSTANCE, {}],
    ['an absent tag with IfExists', [allow('ssm:SendCommand', '*', { StringEqualsIfExists: tag('Yes') })], 'ssm:SendCommand', INSTANCE, {}],
    ['an absent tag with a negated operator', [allow('ssm:SendCommand', '*', { StringNotEquals: tag('Yes') })], 'ssm:SendCommand', INSTANCE, {}],
    ['a tag that a negated operator excludes', [allow('ssm:SendCommand', '*', { StringNotLike: tag('Y*') })], 'ssm:SendCommand', INSTANCE, tag('Yes')],
    ['a tag by pattern', [allow('ssm:SendCommand', '*', { StringLike: tag('Y?s') })], 'ssm:SendCommand', INSTANCE, tag('Yes')],
    ['Null for an absent key', [allow('ssm:SendCommand', '*', { Null: { 'aws:ResourceTag/Mail': 'true' } })], 'ssm:SendCommand', INSTANCE, {}],
    ['ArnLike', [allow('iam:*', '*', { ArnLike: { 'aws:PrincipalArn': 'arn:*:iam::*:role/rot*' } })], 'iam:CreateAccessKey', USER, {}],
    ['an address in a range', [allow('ses:SendRawEmail', '*', { IpAddress: { 'aws:SourceIp': ['192.0.2.0/24', '2001:db8::/32'] } })], 'ses:SendRawEmail', IDENTITY, { 'aws:SourceIp': '192.0.2.7' }],
    ['an address outside', [allow('ses:SendRawEmail', '*', { IpAddress: { 'aws:SourceIp': ['192.0.2.0/24', '198.51.100.1'] } })], 'ses:SendRawEmail', IDENTITY, { 'aws:SourceIp': '198.51.100.2' }],
    ['no address', [allow('ses:SendRawEmail', '*', { IpAddress: { 'aws:SourceIp': '192.0.2.0/24' } })], 'ses:SendRawEmail', IDENTITY, {}],
    ['Bool', [allow('iam:*', '*', { Bool: { 'aws:SecureTransport': 'true' } })], 'iam:CreateAccessKey', USER, {}],
  ];

  it.each(cases)('about %s', async (_name, statements, action, resource, context) => {
    const ours = new Permissions().isAllowed({ principal: principal(...statements), action, resource, context });
    const theirs = await runSimulation({
      request: {
        principal: ROLE,
        action,
        resource: { resource, accountId: ACCOUNT },
        contextVariables: { 'aws:PrincipalArn': ROLE, 'aws:SecureTransport': 'true', ...context },
      },
      identityPolicies: [{ name: 'policy', policy: policy(...statements) }],
      serviceControlPolicies: [],
      resourceControlPolicies: [],
    }, {});
    expect(theirs.resultType).not.toBe('error');
    expect({ allowed: ours }).toEqual({ allowed: theirs.resultType !== 'error' && theirs.overallResult === 'Allowed' });
  });
});

describe('policies on resources', () => {
  const action = 'kms:Decrypt';
  const resource = `arn:aws:kms:eu-west-1:${ACCOUNT}:key/1`;
  const forAccount = policy({ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` }, Action: 'kms:*', Resource: '*' });
  const forRole = policy({ Effect: 'Allow', Principal: { AWS: ROLE }, Action: 'kms:*', Resource: '*' });
  const check = (who: Principal, resourcePolicy: PolicyDocument) =>
    new Permissions().isAllowed({ principal: who, action, resource, resourcePolicy, resourcePolicyDecides: true });

  it('let the account decide when they name the account', () => {
    expect(check(principal(allow('kms:Decrypt', '*')), forAccount)).toBe(true);
    expect(check(principal(allow('kms:Encrypt', '*')), forAccount)).toBe(false);
  });

  it('allow by themselves whom they name', () => {
    expect(check(principal(), forRole)).toBe(true);
  });

  it('refuse everybody else when the resource is a key', () => {
    expect(check(principal(allow('kms:*', '*')), policy())).toBe(false);
  });
});

it('refuses what the boundary does not allow', () => {
  const bounded = { ...principal(allow('iam:*', '*')), boundary: () => policy(allow('ssm:*', '*')) };
  expect(new Permissions().isAllowed({ principal: bounded, action: 'iam:CreateAccessKey', resource: USER })).toBe(false);
});

it('refuses as AWS words it, and remembers the call', () => {
  const permissions = new Permissions();
  const check = { principal: principal(), action: 'iam:CreateAccessKey', resource: USER };
  expect(() => permissions.require(check)).toThrow(
    `User: arn:aws:sts::${ACCOUNT}:assumed-role/rotation/session is not authorized to perform: iam:CreateAccessKey on resource: ${USER}`,
  );
  expect(permissions.calls).toMatchObject([{ principal: ROLE, action: 'iam:CreateAccessKey', resource: USER, allowed: false }]);
});

it('does not guess what an unknown condition operator means', () => {
  const who = principal(allow('iam:*', '*', { DateGreaterThan: { 'aws:CurrentTime': '2026-01-01T00:00:00Z' } }));
  expect(() => new Permissions().isAllowed({ principal: who, action: 'iam:GetUser', resource: USER })).toThrow('DateGreaterThan');
});
