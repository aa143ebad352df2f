import { Annotations, Resource, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as ses from 'aws-cdk-lib/aws-ses';
import { Construct, IDependable } from 'constructs';
import { validateFromAddresses } from './sender-addresses';
import { EndpointConfig } from '../rotation-contract';
import { generation } from '../user-and-secret/generation';

/** Who sends, and as whom. */
interface SenderProps {
  readonly identities: ses.IEmailIdentity[];
  readonly configurationSets?: ses.IConfigurationSet[];
  readonly fromAddresses?: string[];
  readonly user?: iam.IUser;
  readonly userName?: string;
  readonly permissionsBoundary?: iam.IManagedPolicy;
}

/** A user that may send. */
interface Sender {
  readonly user: iam.IUser;
  /** What gives the right to send. */
  readonly rights: IDependable[];
}

/** Throws on identities and senders that no message has, and on what is for a new user beside one that exists. */
export function validateSender({ fromAddresses, identities, user, userName }: SenderProps): void {
  if (identities.length === 0) throw new Error('identities must name at least one SES identity, got none');
  if (fromAddresses) validateFromAddresses(fromAddresses, identities);
  if (user && userName !== undefined) throw new Error(`userName is for a new user, got '${userName}' together with user; leave one of them out`);
}

/** Warns of a user who may be allowed more than what is defined here. */
export function warnAboutUser(scope: Construct, { user }: Pick<SenderProps, 'user'>): void {
  if (!user || Resource.isOwnedResource(user)) return;
  Annotations.of(scope).addWarningV2('cdk-ses-smtp-credential-rotation:importedUser',
    'the policies of an imported user cannot be changed here: it may go on to do what they allow, on top of sending as the identities');
}

/** Defines the right to send through the endpoints, and the user if there is none. */
export function defineSender(scope: Construct, props: SenderProps, endpoints: EndpointConfig[]): Sender {
  const group = defineSendingGroup(scope, props, endpoints);
  if (!props.user) return { user: defineUser(scope, props, group), rights: [group] };
  return { user: props.user, rights: [group, defineMembership(scope, props.user, group)] };
}

/** A group carries the policy: Security Hub's control IAM.2 wants none on a user. */
function defineSendingGroup(scope: Construct, props: SenderProps, endpoints: EndpointConfig[]): iam.Group {
  const { identities, configurationSets = [], fromAddresses } = props;
  const stack = Stack.of(scope);
  const group = new iam.Group(scope, 'Group');
  group.addToPolicy(new iam.PolicyStatement({
    sid: 'SendAsIdentities',
    actions: ['ses:SendRawEmail'],
    resources: endpoints.flatMap(({ region }) => [
      ...identities.map(identity => stack.formatArn({
        service: 'ses', region, account: identity.env.account, resource: 'identity', resourceName: identity.emailIdentityName,
      })),
      ...configurationSets.map(set => stack.formatArn({
        service: 'ses', region, account: set.env.account, resource: 'configuration-set', resourceName: set.configurationSetName,
      })),
    ]),
    conditions: fromAddresses && { StringLike: { 'ses:FromAddress': fromAddresses } },
  }));
  return group;
}

/** In the group by a property of its own: it keeps the right to send until it is deleted, also when another user takes its place. */
function defineUser(scope: Construct, { userName, permissionsBoundary }: SenderProps, group: iam.Group): iam.User {
  return new iam.User(scope, 'User', { userName, permissionsBoundary, groups: [group] });
}

function defineMembership(scope: Construct, { userName }: iam.IUser, group: iam.Group): iam.CfnUserToGroupAddition {
  const id = `GroupMembership${generation(scope, userName)}`;
  return new iam.CfnUserToGroupAddition(scope, id, { groupName: group.groupName, users: [userName] });
}
