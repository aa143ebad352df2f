import { AwsError } from './aws-error';
import { CompiledStatement, Context, PolicyDocument, PolicyQuery, compile } from './policy';

/** Who calls. */
export interface Principal {
  /** As error messages and GetCallerIdentity show it: for a role the ARN of the session. */
  readonly arn: string;
  /** As policies name it: the user's or the role's ARN. */
  readonly identityArn: string;
  readonly account: string;
  readonly userName?: string;
  /** An administrator: every call is allowed. */
  readonly unrestricted?: boolean;
  policies(): PolicyDocument[];
  boundary?(): PolicyDocument | undefined;
}

export interface PermissionCall {
  readonly principal: string;
  readonly action: string;
  readonly resource: string;
  readonly context: Context;
  readonly allowed: boolean;
}

export interface Check {
  readonly principal: Principal;
  readonly action: string;
  readonly resource: string;
  readonly context?: Context;
  readonly resourcePolicy?: PolicyDocument;
  /** The resource's policy has to let identity policies count at all, as a KMS key's has. */
  readonly resourcePolicyDecides?: boolean;
}

/** Decides whether a call may be made, and remembers every decision. */
export class Permissions {
  public readonly calls: PermissionCall[] = [];

  /** Refuses as AWS does. */
  public require(check: Check): void {
    if (this.isAllowed(check)) return;
    const message = `User: ${check.principal.arn} is not authorized to perform: ${check.action} on resource: ${check.resource}`;
    throw check.action.startsWith('iam:') || check.action.startsWith('sts:')
      ? new AwsError('AccessDenied', message, 403)
      : new AwsError('AccessDeniedException', message);
  }

  public isAllowed(check: Check): boolean {
    const context = { ...globalContext(check.principal), ...check.context };
    const allowed = check.principal.unrestricted === true || decide(check, context);
    this.calls.push({ principal: check.principal.identityArn, action: check.action, resource: check.resource, context, allowed });
    return allowed;
  }

  /** Whether the identity's policies allow the action on the resource in any circumstances; not recorded. */
  public couldBeAllowed(check: Check): boolean {
    const query = { action: check.action, resource: check.resource, context: globalContext(check.principal), ignoreConditions: true };
    return check.principal.unrestricted === true || effectOf(check.principal.policies(), query, 'Allow');
  }
}

function globalContext(principal: Principal): Context {
  return {
    'aws:PrincipalArn': principal.identityArn,
    'aws:PrincipalAccount': principal.account,
    'aws:SecureTransport': 'true',
    'aws:PrincipalIsAWSService': 'false',
    ...(principal.userName !== undefined ? { 'aws:username': principal.userName } : {}),
  };
}

function decide(check: Check, context: Context): boolean {
  const { principal } = check;
  const query = { action: check.action, resource: check.resource, context };
  const identity = principal.policies();
  const boundary = principal.boundary?.();
  const onResource = (check.resourcePolicy ? compile(check.resourcePolicy) : []).filter(statement => statement.matches(query));
  if (effectOf(identity, query, 'Deny') || (boundary && effectOf([boundary], query, 'Deny'))) return false;
  if (onResource.some(statement => statement.effect === 'Deny' && (names(statement, principal) || delegates(statement, principal)))) return false;
  if (onResource.some(statement => statement.effect === 'Allow' && names(statement, principal))) return true;
  if (check.resourcePolicyDecides && !onResource.some(statement => statement.effect === 'Allow' && delegates(statement, principal))) return false;
  if (boundary && !effectOf([boundary], query, 'Allow')) return false;
  return effectOf(identity, query, 'Allow');
}

function effectOf(documents: PolicyDocument[], query: PolicyQuery, effect: 'Allow' | 'Deny'): boolean {
  return documents.some(document => compile(document).some(statement => statement.effect === effect && statement.matches(query)));
}

function names(statement: CompiledStatement, principal: Principal): boolean {
  return statement.principals?.some(name => name === '*' || name === principal.identityArn || name === principal.arn) ?? false;
}

/** A statement for the whole account leaves the decision to the account's own policies. */
function delegates(statement: CompiledStatement, principal: Principal): boolean {
  const root = `:iam::${principal.account}:root`;
  return statement.principals?.some(name => name === principal.account || (name.startsWith('arn:') && name.endsWith(root))) ?? false;
}
