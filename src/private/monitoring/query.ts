import { Lazy, Stack } from 'aws-cdk-lib';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';

const ID = 'SesSmtpCredentialQuery';
/** @see https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutQueryDefinition.html */
const LONGEST_NAME = 255;

const NAME = '/SES SMTP credentials/Rotations';
const QUERY = new logs.QueryString({
  fields: [
    '@timestamp', 'step', 'level', 'message', 'accessKeyId', 'endpoint', 'commandId', 'confirmed', 'targets', 'seconds', 'error', 'versionId', 'secretArn',
  ],
  filterStatements: [
    'ispresent(step)',
    'step != "watchdog" or message not in ["step started", "age of the current access key", "login accepted", "step finished"]',
  ],
  sort: '@timestamp asc',
  limit: 1000,
});

/** The saved query of a stack for all of its credentials: it carries no rights, and a stack has 500 resources at most. */
export function defineQuery(scope: Construct, logGroup: logs.ILogGroup): void {
  const stack = Stack.of(scope);
  const query = stack.node.tryFindChild(ID) as StackQuery | undefined ?? new StackQuery(stack);
  query.logGroups.add(logGroup);
}

/** What happened, in order. Of the watchdog's lines, it shows only what it changed or found wrong. */
class StackQuery extends Construct {
  public readonly logGroups = new Set<logs.ILogGroup>();

  constructor(stack: Stack) {
    super(stack, ID);
    new logs.CfnQueryDefinition(this, 'Resource', {
      name: `${stack.node.path.slice(0, LONGEST_NAME - NAME.length)}${NAME}`,
      logGroupNames: Lazy.list({ produce: () => [...new Set([...this.logGroups].map(({ logGroupName }) => logGroupName))] }),
      queryString: QUERY.toString(),
    });
  }
}
