import { Annotations, ArnFormat, Aws, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { isAlias, targetOf } from '../user-and-secret/secret-grants';

/** The props of the function's log. */
export interface LogProps {
  readonly logGroup?: logs.ILogGroup;
  readonly logRemovalPolicy?: RemovalPolicy;
  readonly logEncryptionKey?: kms.IKey;
}

/** Throws on a prop of a new log group next to an existing one. */
export function validateLog({ logEncryptionKey, logGroup, logRemovalPolicy }: LogProps): void {
  const misplaced = Object.entries({ logRemovalPolicy, logEncryptionKey }).find(([, value]) => value !== undefined);
  if (logGroup && misplaced) throw new Error(`${misplaced[0]} must not be set together with logGroup, got both; leave one of them out`);
  if (logEncryptionKey) keyBehind(logEncryptionKey);
}

/** CloudWatch Logs documents keys only, and no policy of an alias can let it use one. */
function keyBehind(key: kms.IKey): kms.IKey {
  if (!isAlias(key)) return key;
  const target = targetOf(key);
  if (target) return target;
  throw new Error(`logEncryptionKey must be a key, got the alias ${key.aliasName}, which CloudWatch Logs does not take; use Key.fromKeyArn`);
}

export function defineLogGroup(scope: Construct, { logEncryptionKey, logRemovalPolicy = RemovalPolicy.DESTROY }: LogProps): logs.LogGroup {
  const encryptionKey = logEncryptionKey && keyBehind(logEncryptionKey);
  if (encryptionKey) allowLogs(scope, encryptionKey);
  return new logs.LogGroup(scope, 'LogGroup', { retention: logs.RetentionDays.ONE_YEAR, removalPolicy: logRemovalPolicy, encryptionKey });
}

/**
 * CloudWatch Logs uses the key by itself. The log group waits for the key, so the key's policy can't name it: it names the log groups whose
 * names CloudFormation generates in this stack.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
 */
function allowLogs(scope: Construct, key: kms.IKey): void {
  const logGroups = Stack.of(scope).formatArn({
    service: 'logs', resource: 'log-group', resourceName: `${Aws.STACK_NAME}-*`, arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  const { statementAdded } = key.addToResourcePolicy(new iam.PolicyStatement({
    principals: [new iam.ServicePrincipal(`logs.${Stack.of(scope).region}.${Aws.URL_SUFFIX}`)],
    actions: ['kms:Decrypt*', 'kms:Describe*', 'kms:Encrypt*', 'kms:GenerateDataKey*', 'kms:ReEncrypt*'],
    resources: ['*'],
    conditions: { ArnLike: { 'kms:EncryptionContext:aws:logs:arn': logGroups } },
  }));
  if (statementAdded) return;
  Annotations.of(scope).addWarningV2('cdk-ses-smtp-credential-rotation:importedLogKey',
    'the policy of an imported logEncryptionKey cannot be changed here; in that policy, allow CloudWatch Logs to use the key for the log groups of this stack');
}
