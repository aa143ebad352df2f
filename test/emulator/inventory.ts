import { AwsCli } from './aws-cli';

/** Commands of the AWS CLI that list what the stack could leave behind, and what names it. */
const LISTS: readonly [string[], string][] = [
  [['iam', 'list-users'], 'Users[].UserName'],
  [['iam', 'list-groups'], 'Groups[].GroupName'],
  [['iam', 'list-roles'], 'Roles[].RoleName'],
  [['secretsmanager', 'list-secrets'], 'SecretList[].Name'],
  [['lambda', 'list-functions'], 'Functions[].FunctionName'],
  [['ssm', 'list-documents', '--filters', 'Key=Owner,Values=Self'], 'DocumentIdentifiers[].Name'],
  [['logs', 'describe-log-groups'], 'logGroups[].logGroupName'],
  [['events', 'list-rules'], 'Rules[].Name'],
  [['cloudwatch', 'describe-alarms'], 'MetricAlarms[].AlarmName'],
];

/** What the account has, kind by kind. */
export async function inventory(cli: AwsCli): Promise<Record<string, string[]>> {
  const lists = await Promise.all(LISTS.map(async ([command, query]) => {
    const names = await cli.ask<string[] | null>(...command, '--query', query);
    return [command.slice(0, 2).join(' '), (names ?? []).sort()] as const;
  }));
  return Object.fromEntries(lists);
}
