import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';

/** More than any user or role of the suite may do is refused, whatever its own policies say. */
export function boundary(scope: Construct, managedPolicyName: string): iam.ManagedPolicy {
  return new iam.ManagedPolicy(scope, 'Boundary', {
    managedPolicyName,
    statements: [new iam.PolicyStatement({
      actions: [
        'ec2messages:*', 'iam:*AccessKey*', 'iam:GetUser', 'lambda:InvokeFunction', 'logs:CreateLogStream', 'logs:PutLogEvents', 'resource-groups:ListGroupResources',
        'secretsmanager:*', 'ses:SendRawEmail', 'ssm:*', 'ssmmessages:*', 'tag:GetResources',
      ],
      resources: ['*'],
    })],
  });
}
