import { Annotations, Resource, Stack, Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as ses from 'aws-cdk-lib/aws-ses';
import { Construct, IDependable } from 'constructs';
import { validateFromAddresses } from './sender-addresses';
import { quoted } from '../notation';
import { EndpointConfig } from '../rotation-contract';
import { generation } from '../user-and-secret/generation';

/** Who sends, and as whom. */
interface SenderProps {
  readonly identities: ses.IEmailIdentity[];
  readonly configurationSets?: ses.IConfigurationSet[];
  readonly fromAddresses?: string[];
  readonly allowedSourceIps?: string[];
  readonly user?: iam.IUser;
  readonly userName?: string;
  readonly path?: string;
  readonly permissionsBoundary?: iam.IManagedPolicy;
}

/** A user that may send. */
interface Sender {
  readonly user: iam.IUser;
  /** What grants the permission to send. */
  readonly rights: IDependable[];
}

/** Throws on identities and senders that no message can have, and on a name for a new user next to an existing user. */
export function validateSender({ fromAddresses, identities, user, userName }: SenderProps): void {
  if (identities.length === 0) throw new Error('identities must name at least one SES identity, got none; name a verified domain or address');
  if (fromAddresses) validateFromAddresses(fromAddresses, identities);
  if (user && userName !== undefined) throw new Error(`userName must not be set together with user, got ${quoted(userName)}; leave one of them out`);
}

/** Warns about a user who may have more permissions than those defined here. */
export function warnAboutUser(scope: Construct, { user }: Pick<SenderProps, 'user'>): void {
  if (!user || Resource.isOwnedResource(user)) return;
  Annotations.of(scope).addWarningV2('cdk-ses-smtp-credential-rotation:importedUser',
    'the policies of an imported user cannot be changed here, so the user keeps all that they allow, in addition to sending as the identities; review them');
}

/** Defines the permission to send through the endpoints, and the user if none was given. */
export function defineSender(scope: Construct, props: SenderProps, endpoints: EndpointConfig[]): Sender {
  const group = defineSendingGroup(scope, props, endpoints);
  if (!props.user) return { user: defineUser(scope, props, group), rights: [group] };
  return { user: props.user, rights: [group, defineMembership(scope, props.user, group)] };
}

/** The policy is attached to a group, because Security Hub's control IAM.2 allows none on a user. */
function defineSendingGroup(scope: Construct, props: SenderProps, endpoints: EndpointConfig[]): iam.Group {
  const { allowedSourceIps, identities, configurationSets = [], fromAddresses, path } = props;
  const stack = Stack.of(scope);
  const group = new iam.Group(scope, 'Group', { path });
  const statement = new iam.PolicyStatement({
    sid: 'SendAsIdentities',
    actions: ['ses:SendRawEmail'],
    resources: endpoints.flatMap(({ region }) => [
      ...identities.map(identity => stack.formatArn({
        service: 'ses', region, account: accountOf(identity), resource: 'identity', resourceName: identity.emailIdentityName,
      })),
      ...configurationSets.map(set => stack.formatArn({
        service: 'ses', region, account: set.env.account, resource: 'configuration-set', resourceName: set.configurationSetName,
      })),
    ]),
    conditions: {
      ...fromAddresses && { StringLike: { 'ses:FromAddress': fromAddresses } },
      ...allowedSourceIps && { IpAddress: { 'aws:SourceIp': allowedSourceIps } },
    },
  });
  // Not a resource of its own, of which a stack has 500 at most.
  const policyDocument = new iam.PolicyDocument({ statements: [statement] });
  (group.node.defaultChild as iam.CfnGroup).policies = [{ policyName: 'Sending', policyDocument }];
  return group;
}

/** The account of an identity. Only the ARN says it if that was all that was known. */
function accountOf(identity: ses.IEmailIdentity & { readonly emailIdentityArn?: string }): string {
  const { emailIdentityArn: arn, env } = identity;
  return arn === undefined || Token.isUnresolved(arn) ? env.account : arn.split(':')[4];
}

/** In the group by a property of its own: so it keeps the permission to send until it is deleted, even if another user replaces it. */
function defineUser(scope: Construct, { path, permissionsBoundary, userName }: SenderProps, group: iam.Group): iam.User {
  return new iam.User(scope, 'User', { userName, path, permissionsBoundary, groups: [group] });
}

function defineMembership(scope: Construct, { userName }: iam.IUser, group: iam.Group): iam.CfnUserToGroupAddition {
  const id = `GroupMembership${generation(scope, userName)}`;
  return new iam.CfnUserToGroupAddition(scope, id, { groupName: group.groupName, users: [userName] });
}
