import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { TargetConfig } from '../rotation-contract';

/** The targets of a fleet, bound to its rotation. */
export interface BoundTargets {
  readonly targets?: TargetConfig[];
  readonly instanceIds?: string[];
  /** The permissions that the function needs to reach these nodes through Run Command, and no others. */
  readonly statements: iam.PolicyStatement[];
}

export function sendTo(resources: string[], conditions?: { [operator: string]: unknown }): iam.PolicyStatement {
  return new iam.PolicyStatement({ sid: 'SendToMailServers', actions: ['ssm:SendCommand'], resources, conditions });
}

export function nodeArns(scope: Construct, id: string): string[] {
  const stack = Stack.of(scope);
  const instance = stack.formatArn({ service: 'ec2', resource: 'instance', resourceName: id });
  const hybridNode = stack.formatArn({ service: 'ssm', resource: 'managed-instance', resourceName: id });
  if (id.startsWith('i-')) return [instance];
  return id.startsWith('mi-') ? [hybridNode] : [instance, hybridNode];
}

/** Run Command looks up the group with the permissions of the sender of the command. */
export function readGroup(scope: Construct, name: string): iam.PolicyStatement[] {
  const group = Stack.of(scope).formatArn({ service: 'resource-groups', resource: 'group', resourceName: name });
  return [
    new iam.PolicyStatement({ sid: 'ReadResourceGroup', actions: ['resource-groups:ListGroupResources'], resources: [group] }),
    // The action has no resource types.
    new iam.PolicyStatement({ sid: 'ReadResourceTags', actions: ['tag:GetResources'], resources: ['*'] }),
  ];
}
