import { App, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as ses from 'aws-cdk-lib/aws-ses';
import { describe, expect, it } from 'vitest';
import { SesSmtpCredentialRotation, SmtpEndpoint } from '../../../../src';
import { configOf, defineRotation, onlyResource, statementsOf, textOf } from '../../define-rotation';

const POLICY = 'AWS::IAM::Policy';

function domain(stack: Stack, id = 'Domain'): ses.IEmailIdentity {
  return ses.EmailIdentity.fromEmailIdentityName(stack, id, 'example.com');
}

describe('the user', () => {
  it('is a new one that belongs to the rotation', () => {
    const { stack, rotation } = defineRotation();
    expect(Object.keys(onlyResource(stack, 'AWS::IAM::User'))).toEqual(['Groups', 'Tags']);
    expect(configOf(stack).user).toEqual({ name: textOf(stack.resolve(rotation.user.userName)), owned: true });
  });

  it('may have a name', () => {
    expect(onlyResource(defineRotation(() => ({ userName: 'newsletter' })).stack, 'AWS::IAM::User')).toMatchObject({ UserName: 'newsletter' });
  });

  it('may be an existing one', () => {
    const { stack, rotation } = defineRotation(scope => ({ user: iam.User.fromUserName(scope, 'Existing', 'mailer') }));
    Template.fromStack(stack).resourceCountIs('AWS::IAM::User', 0);
    expect(rotation.user.userName).toBe('mailer');
    expect(configOf(stack).user).toEqual({ name: 'mailer', owned: false });
    expect(onlyResource(stack, 'AWS::IAM::UserToGroupAddition')).toMatchObject({ Users: ['mailer'] });
  });

  it('may be one of another stack', () => {
    const users = new Stack(new App(), 'Users');
    const stack = new Stack(users.node.root as App, 'Stack');
    const user = new iam.User(users, 'User');
    new SesSmtpCredentialRotation(stack, 'Newsletter', { identities: [domain(stack)], user });
    expect(configOf(stack).user.owned).toBe(false);
    expect(stack.dependencies).toEqual([users]);
    Annotations.fromStack(stack).hasNoWarning('*', Match.anyValue());
  });

  it('sends by the policy of a group, and has none itself', () => {
    const { stack } = defineRotation();
    const template = Template.fromStack(stack);
    const [group] = Object.keys(template.findResources('AWS::IAM::Group'));
    template.hasResourceProperties('AWS::IAM::User', { Groups: [{ Ref: group }] });
    expect(onlyResource(stack, 'AWS::IAM::Group', group).Policies).toMatchObject([{ PolicyName: 'Sending' }]);
    for (const { Properties } of Object.values(template.findResources(POLICY))) expect(Properties).not.toHaveProperty('Users');
  });
});

describe('the sending policy', () => {
  it('allows sending as the identities and nothing else', () => {
    expect(statementsOf(defineRotation().stack, 'NewsletterGroup')).toEqual([{
      Sid: 'SendAsIdentities',
      Effect: 'Allow',
      Action: 'ses:SendRawEmail',
      Resource: 'arn:<AWS::Partition>:ses:<AWS::Region>:<AWS::AccountId>:identity/example.com',
    }]);
  });

  it('allows identities and configuration sets when both are named', () => {
    const { stack } = defineRotation(scope => ({
      identities: [domain(scope, 'First'), ses.EmailIdentity.fromEmailIdentityName(scope, 'Second', 'news@example.org')],
      configurationSets: [ses.ConfigurationSet.fromConfigurationSetName(scope, 'Set', 'newsletter')],
    }));
    expect(statementsOf(stack, 'NewsletterGroup')).toEqual([{
      Sid: 'SendAsIdentities',
      Effect: 'Allow',
      Action: 'ses:SendRawEmail',
      Resource: [
        'arn:<AWS::Partition>:ses:<AWS::Region>:<AWS::AccountId>:identity/example.com',
        'arn:<AWS::Partition>:ses:<AWS::Region>:<AWS::AccountId>:identity/news@example.org',
        'arn:<AWS::Partition>:ses:<AWS::Region>:<AWS::AccountId>:configuration-set/newsletter',
      ],
    }]);
  });

  it('allows some senders only when they are named', () => {
    const { stack } = defineRotation(() => ({ fromAddresses: ['news@example.com', '*@news.example.com'] }));
    expect(statementsOf(stack, 'NewsletterGroup'))
      .toMatchObject([{ Condition: { StringLike: { 'ses:FromAddress': ['news@example.com', '*@news.example.com'] } } }]);
  });

  it("follows the endpoint to another region than the stack's", () => {
    const { stack } = defineRotation(scope => ({
      configurationSets: [ses.ConfigurationSet.fromConfigurationSetName(scope, 'Set', 'newsletter')],
      endpoint: SmtpEndpoint.regional({ region: 'us-east-2' }),
    }), { env: { account: '123456789012', region: 'eu-west-1' } });
    expect(statementsOf(stack, 'NewsletterGroup')).toMatchObject([{
      Resource: [
        'arn:<AWS::Partition>:ses:us-east-2:123456789012:identity/example.com',
        'arn:<AWS::Partition>:ses:us-east-2:123456789012:configuration-set/newsletter',
      ],
    }]);
    expect(configOf(stack).endpoint).toMatchObject({ host: 'email-smtp.us-east-2.<AWS::URLSuffix>', region: 'us-east-2' });
  });

  it('covers new identities and configuration sets as well', () => {
    const { stack } = defineRotation(scope => ({
      identities: [new ses.EmailIdentity(scope, 'New', { identity: ses.Identity.domain('example.org') })],
      configurationSets: [new ses.ConfigurationSet(scope, 'Set')],
    }));
    expect(statementsOf(stack, 'NewsletterGroup')).toMatchObject([{
      Resource: [
        expect.stringMatching(/^arn:<AWS::Partition>:ses:<AWS::Region>:<AWS::AccountId>:identity\/<New[0-9A-F]{8}>$/),
        expect.stringMatching(/^arn:<AWS::Partition>:ses:<AWS::Region>:<AWS::AccountId>:configuration-set\/<Set[0-9A-F]{8}>$/),
      ],
    }]);
  });
});

it('is the permission to send as an identity of another account, if only its ARN says so', () => {
  const { stack } = defineRotation(scope => ({
    identities: [Object.assign(domain(scope, 'Shared'), { emailIdentityArn: 'arn:aws:ses:eu-west-1:444455556666:identity/example.com' })],
  }));
  expect(JSON.stringify(Template.fromStack(stack).toJSON())).toContain(':444455556666:identity/example.com');
});
