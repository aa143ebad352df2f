import { App, CfnParameter, Lazy, Stack } from 'aws-cdk-lib';
import { beforeEach, describe, expect, it } from 'vitest';
import { textOf } from './define-rotation';
import { MailServerTargets } from '../../src';

const ACCOUNT = '<AWS::Region>:<AWS::AccountId>';
let stack: Stack;

beforeEach(() => {
  stack = new Stack(new App(), 'Stack');
});

/** The targets as the function gets them, and the statements with readable ARNs. */
function bind(targets: MailServerTargets) {
  const { statements, ...config } = targets._bind(stack);
  return { ...stack.resolve(config), statements: statements.map(statement => readable(stack.resolve(statement.toStatementJson()))) };
}

function readable({ Resource, ...statement }: { Resource: unknown }) {
  return { ...statement, Resource: Array.isArray(Resource) ? Resource.map(textOf) : textOf(Resource) };
}

function ids(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `i-${String(index).padStart(17, '0')}`);
}

describe('tagged mail servers', () => {
  it('are EC2 instances and hybrid nodes with one of the values', () => {
    expect(bind(MailServerTargets.tag('EmailServers', 'True', 'Yes'))).toEqual({
      targets: [{ key: 'tag:EmailServers', values: ['True', 'Yes'] }],
      statements: [{
        Sid: 'SendToMailServers',
        Effect: 'Allow',
        Action: 'ssm:SendCommand',
        Resource: [`arn:<AWS::Partition>:ec2:${ACCOUNT}:instance/*`, `arn:<AWS::Partition>:ssm:${ACCOUNT}:managed-instance/*`],
        Condition: { StringEquals: { 'ssm:resourceTag/EmailServers': ['True', 'Yes'] } },
      }],
    });
  });

  it('are not of a number that is known', () => {
    expect(MailServerTargets.tag('EmailServers', 'True')._count).toBeUndefined();
  });

  it('fail without a tag key', () => {
    expect(() => MailServerTargets.tag('', 'True')).toThrow('tag key must not be empty');
  });

  it('fail without tag values', () => {
    expect(() => MailServerTargets.tag('Role'))
      .toThrow("tag values must be 1 to 50, got 0 in MailServerTargets.tag('Role', ...); name at least one");
  });

  it('may have 50 tag values and fail with 51', () => {
    expect(() => MailServerTargets.tag('Role', ...ids(50))).not.toThrow();
    expect(() => MailServerTargets.tag('Role', ...ids(51)))
      .toThrow("tag values must be 1 to 50, got 51 in MailServerTargets.tag('Role', ...); use several fleets for more");
  });

  it('fail with an empty tag value', () => {
    expect(() => MailServerTargets.tag('Role', 'mail', '')).toThrow("tag values must not be empty strings, got '' in MailServerTargets.tag('Role', ...)");
  });

  it('may have a key and values that are not known yet', () => {
    const key = Lazy.string({ produce: () => 'Role' });
    const value = new CfnParameter(stack, 'Value').valueAsString;
    const values = new CfnParameter(stack, 'Values', { type: 'CommaDelimitedList' }).valueAsList;
    expect(bind(MailServerTargets.tag(key, value))).toMatchObject({
      targets: [{ key: 'tag:Role', values: [{ Ref: 'Value' }] }],
      statements: [{ Condition: { StringEquals: { 'ssm:resourceTag/Role': [{ Ref: 'Value' }] } } }],
    });
    expect(bind(MailServerTargets.tag('Role', ...values))).toMatchObject({ targets: [{ values: { Ref: 'Values' } }] });
  });
});

describe('mail servers with several tags', () => {
  it('have all of them, for the command and for the policy', () => {
    expect(bind(MailServerTargets.tags({ Role: ['mail', 'relay'], Env: ['prod'] }))).toEqual({
      targets: [{ key: 'tag:Role', values: ['mail', 'relay'] }, { key: 'tag:Env', values: ['prod'] }],
      statements: [{
        Sid: 'SendToMailServers',
        Effect: 'Allow',
        Action: 'ssm:SendCommand',
        Resource: [`arn:<AWS::Partition>:ec2:${ACCOUNT}:instance/*`, `arn:<AWS::Partition>:ssm:${ACCOUNT}:managed-instance/*`],
        Condition: { StringEquals: { 'ssm:resourceTag/Role': ['mail', 'relay'], 'ssm:resourceTag/Env': ['prod'] } },
      }],
    });
  });

  it('are those of one tag, if there is one', () => {
    expect(bind(MailServerTargets.tags({ Role: ['mail'] }))).toEqual(bind(MailServerTargets.tag('Role', 'mail')));
  });

  it('may have five tags and fail with six, and with none', () => {
    const tags = (count: number) => Object.fromEntries(ids(count).map(id => [id, ['True']]));
    expect(() => MailServerTargets.tags(tags(5))).not.toThrow();
    expect(() => MailServerTargets.tags(tags(6))).toThrow('tags must be 1 to 5, which is what Run Command accepts, got 6 in MailServerTargets.tags(...)');
    expect(() => MailServerTargets.tags({})).toThrow('tags must be 1 to 5, which is what Run Command accepts, got 0 in MailServerTargets.tags(...)');
  });

  it('fail without a key, and without values', () => {
    expect(() => MailServerTargets.tags({ 'Role': ['mail'], '': ['prod'] })).toThrow('tag key must not be empty');
    expect(() => MailServerTargets.tags({ Role: ['mail'], Env: [] }))
      .toThrow("tag values must be 1 to 50, got 0 in MailServerTargets.tags(...) for 'Env'; name at least one");
  });
});

describe('mail servers of a resource group', () => {
  it('are any managed nodes, which the function looks up in the group', () => {
    expect(bind(MailServerTargets.resourceGroup('mail-servers'))).toEqual({
      targets: [{ key: 'resource-groups:Name', values: ['mail-servers'] }],
      statements: [
        {
          Sid: 'SendToMailServers',
          Effect: 'Allow',
          Action: 'ssm:SendCommand',
          Resource: [`arn:<AWS::Partition>:ec2:${ACCOUNT}:instance/*`, `arn:<AWS::Partition>:ssm:${ACCOUNT}:managed-instance/*`],
        },
        {
          Sid: 'ReadResourceGroup',
          Effect: 'Allow',
          Action: 'resource-groups:ListGroupResources',
          Resource: `arn:<AWS::Partition>:resource-groups:${ACCOUNT}:group/mail-servers`,
        },
        { Sid: 'ReadResourceTags', Effect: 'Allow', Action: 'tag:GetResources', Resource: '*' },
      ],
    });
  });

  it.each(['', 'mail servers', 'mail/servers', 'a'.repeat(129)])('fail with the group name "%s"', name => {
    expect(() => MailServerTargets.resourceGroup(name))
      .toThrow(`resource group name must be 1 to 128 letters, digits, "_", "-" and ".", got '${name}'`);
  });

  it('may be of a group whose name is not known yet', () => {
    const name = new CfnParameter(stack, 'GroupName').valueAsString;
    expect(bind(MailServerTargets.resourceGroup(name)).targets).toEqual([{ key: 'resource-groups:Name', values: [{ Ref: 'GroupName' }] }]);
  });
});

describe('mail servers that are named', () => {
  it('are EC2 instances and hybrid nodes, and the function may reach no others', () => {
    const targets = MailServerTargets.managedNodes('i-0123456789abcdef0', 'mi-0123456789abcdef0', 'i-12345678');
    expect(targets._count).toBe(3);
    expect(bind(targets)).toEqual({
      instanceIds: ['i-0123456789abcdef0', 'mi-0123456789abcdef0', 'i-12345678'],
      statements: [{
        Sid: 'SendToMailServers',
        Effect: 'Allow',
        Action: 'ssm:SendCommand',
        Resource: [
          `arn:<AWS::Partition>:ec2:${ACCOUNT}:instance/i-0123456789abcdef0`,
          `arn:<AWS::Partition>:ssm:${ACCOUNT}:managed-instance/mi-0123456789abcdef0`,
          `arn:<AWS::Partition>:ec2:${ACCOUNT}:instance/i-12345678`,
        ],
      }],
    });
  });

  it('fail without node ids', () => {
    expect(() => MailServerTargets.managedNodes())
      .toThrow('node ids must be 1 to 50, got 0 in MailServerTargets.managedNodes(...); name at least one');
  });

  it('may be 50 and fail when they are 51', () => {
    expect(MailServerTargets.managedNodes(...ids(50))._count).toBe(50);
    expect(() => MailServerTargets.managedNodes(...ids(51)))
      .toThrow('node ids must be 1 to 50, got 51 in MailServerTargets.managedNodes(...); use several fleets for more');
  });

  it('fail with a list that only the deployment knows', () => {
    const list = new CfnParameter(stack, 'NodeIds', { type: 'CommaDelimitedList' }).valueAsList;
    expect(() => MailServerTargets.managedNodes(...list))
      .toThrow('node ids must be known at synthesis, got a list that only the deployment knows; name them one by one, or use tags');
  });

  it('fail with the same node id twice', () => {
    expect(() => MailServerTargets.managedNodes('i-12345678', 'i-23456789', 'i-12345678')).toThrow("node ids must differ, got 'i-12345678' more than once; name it once");
  });

  it('fail with an empty node id', () => {
    expect(() => MailServerTargets.managedNodes('')).toThrow("node ids must not be empty strings, got '' in MailServerTargets.managedNodes(...)");
  });

  it.each(['mail1.example.com', 'i-123', 'mi-0123456789ABCDEF0', 'xi-0123456789abcdef0', 'i-0123456789abcdef01'])('fail with the node id "%s"', id => {
    expect(() => MailServerTargets.managedNodes('i-12345678', id))
      .toThrow(`node id must be an EC2 instance id (i-…) or a hybrid node id (mi-…), got '${id}'`);
  });

  it('may be instances or hybrid nodes when their ids are not known yet', () => {
    const id = new CfnParameter(stack, 'NodeId').valueAsString;
    expect(bind(MailServerTargets.managedNodes(id))).toMatchObject({
      instanceIds: [{ Ref: 'NodeId' }],
      statements: [{
        Resource: [`arn:<AWS::Partition>:ec2:${ACCOUNT}:instance/<NodeId>`, `arn:<AWS::Partition>:ssm:${ACCOUNT}:managed-instance/<NodeId>`],
      }],
    });
  });
});
