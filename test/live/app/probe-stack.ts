import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { boundary } from './boundary';
import { emptySecretOf, eventLogOf, LiveAppOptions, probeUserOf } from './names';

/** What the probes look at: a user without keys, a secret without a value, and a log of Secrets Manager's events. */
export class ProbeStack extends Stack {
  constructor(scope: Construct, id: string, options: LiveAppOptions) {
    super(scope, id);
    this.defineUser(options);
    new secretsmanager.CfnSecret(this, 'Empty', { name: emptySecretOf(options) });
    this.defineEventLog(options);
  }

  private defineUser(options: LiveAppOptions): void {
    const user = new iam.User(this, 'User', { userName: probeUserOf(options), permissionsBoundary: boundary(this, `${options.prefix}-probe-boundary`) });
    const identity = this.formatArn({ service: 'ses', resource: 'identity', resourceName: options.identity ?? '*' });
    user.addToPolicy(new iam.PolicyStatement({ actions: ['ses:SendRawEmail'], resources: [identity] }));
  }

  /** EventBridge writes into log groups of this name. */
  private defineEventLog({ prefix }: LiveAppOptions): void {
    const log = new logs.LogGroup(this, 'Events', { logGroupName: eventLogOf({ prefix }), retention: logs.RetentionDays.ONE_DAY, removalPolicy: RemovalPolicy.DESTROY });
    const principals = ['events', 'delivery.logs'].map(service => new iam.ServicePrincipal(`${service}.amazonaws.com`));
    const policyDocument = new iam.PolicyDocument({
      statements: [new iam.PolicyStatement({ actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], principals, resources: [`${log.logGroupArn}:*`] })],
    });
    const policy = new logs.CfnResourcePolicy(this, 'EventsPolicy', { policyName: `${prefix}-events`, policyDocument: this.toJsonString(policyDocument) });
    const rule = new events.CfnRule(this, 'Labels', {
      name: `${prefix}-labels`,
      eventPattern: { 'source': ['aws.secretsmanager'], 'detail-type': ['Secret Label Updated'] },
      targets: [{ id: 'Log', arn: this.formatArn({ service: 'logs', resource: `log-group:${eventLogOf({ prefix })}` }) }],
    });
    rule.node.addDependency(policy, log);
  }
}
