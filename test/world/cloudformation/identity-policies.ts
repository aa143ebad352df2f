import { ResourceDefinition } from './deployment';
import { text, texts } from './resource-properties';
import { Iam, Identity } from '../services/iam';
import { PolicyDocument, list } from '../services/policy';

interface InlinePolicy {
  readonly PolicyName: string;
  readonly PolicyDocument: PolicyDocument;
}

/** The policies that resources of a template give to users, groups and roles, and take from them. */
export class IdentityPolicies {
  constructor(private readonly iam: Iam) {}

  /** Those in the identity's own resource. */
  public attachOwn(identity: Identity, definition: ResourceDefinition): void {
    for (const policy of ownPolicies(definition)) identity.inlinePolicies.set(policy.PolicyName, policy.PolicyDocument);
    for (const arn of texts(definition, 'ManagedPolicyArns')) {
      this.iam.managedPolicy(arn);
      identity.managedPolicyArns.add(arn);
    }
  }

  public detachOwn(identity: Identity, definition: ResourceDefinition): void {
    for (const policy of ownPolicies(definition)) identity.inlinePolicies.delete(policy.PolicyName);
    for (const arn of texts(definition, 'ManagedPolicyArns')) identity.managedPolicyArns.delete(arn);
  }

  /** Those that are resources: AWS::IAM::Policy, UserPolicy, RolePolicy and GroupPolicy. */
  public attachInline(definition: ResourceDefinition): void {
    const document = definition.properties.PolicyDocument as PolicyDocument;
    for (const identity of this.targets(definition)) identity.inlinePolicies.set(text(definition, 'PolicyName'), document);
  }

  public detachInline(definition: ResourceDefinition): void {
    for (const identity of this.targets(definition)) identity.inlinePolicies.delete(text(definition, 'PolicyName'));
  }

  public attachManaged(arn: string, definition: ResourceDefinition): void {
    for (const identity of this.targets(definition)) identity.managedPolicyArns.add(arn);
  }

  public detachManaged(arn: string, definition: ResourceDefinition): void {
    for (const identity of this.targets(definition)) identity.managedPolicyArns.delete(arn);
  }

  private targets(definition: ResourceDefinition): Identity[] {
    const named = (kind: string) => [...texts(definition, `${kind}s`), ...texts(definition, `${kind}Name`)];
    return [
      ...named('User').map(name => this.iam.user(name)),
      ...named('Role').map(name => this.iam.role(name)),
      ...named('Group').map(name => this.iam.group(name)),
    ];
  }
}

function ownPolicies({ properties }: ResourceDefinition): InlinePolicy[] {
  return list(properties.Policies as InlinePolicy[] | undefined);
}
