import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';

/** What happened, in order. Of the watchdog's lines, it shows only what it changed or found wrong. */
export function defineQuery(scope: Construct, logGroup: logs.ILogGroup): logs.QueryDefinition {
  return new logs.QueryDefinition(scope, 'Query', {
    queryDefinitionName: `${scope.node.path}/Rotations`,
    logGroups: [logGroup],
    queryString: new logs.QueryString({
      fields: ['@timestamp', 'step', 'level', 'message', 'accessKeyId', 'endpoint', 'commandId', 'confirmed', 'targets', 'seconds', 'error', 'versionId'],
      filterStatements: [
        'ispresent(step)',
        'step != "watchdog" or message not in ["step started", "age of the current access key", "login accepted", "step finished"]',
      ],
      sort: '@timestamp asc',
      limit: 1000,
    }),
  });
}
