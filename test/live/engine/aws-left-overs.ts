import { CloudFormationClient, paginateListStacks } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient, paginateDescribeAlarms } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient, paginateDescribeLogGroups } from '@aws-sdk/client-cloudwatch-logs';
import { IAMClient, paginateListAccessKeys, paginateListRoles, paginateListUsers } from '@aws-sdk/client-iam';
import { LambdaClient, paginateListFunctions } from '@aws-sdk/client-lambda';
import { paginateListSecrets, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { paginateListAssociations, paginateListDocuments, SSMClient } from '@aws-sdk/client-ssm';
import { LeftOver } from './engine';
import { Kind, leftOver, leftOverKey } from './left-overs';

export interface LeftOverClients {
  readonly cloudFormation: CloudFormationClient;
  readonly cloudWatch: CloudWatchClient;
  readonly iam: IAMClient;
  readonly lambda: LambdaClient;
  readonly logs: CloudWatchLogsClient;
  readonly secretsManager: SecretsManagerClient;
  readonly ssm: SSMClient;
}

/** The last look: whatever still has the run's prefix in its name, by each service's own list. */
export async function leftOversIn(clients: LeftOverClients, prefix: string): Promise<LeftOver[]> {
  const { cloudFormation, cloudWatch, iam, lambda, logs, secretsManager, ssm } = clients;
  const users = await named(paginateListUsers({ client: iam }, {}), ({ Users = [] }) => Users.map(({ UserName }) => UserName), prefix);
  const lists: [Kind, string[]][] = [
    ['stack', await named(paginateListStacks({ client: cloudFormation }, {}), ({ StackSummaries = [] }) => StackSummaries
      .filter(({ StackStatus }) => StackStatus !== 'DELETE_COMPLETE').map(({ StackName }) => StackName), prefix)],
    ['user', users],
    ['role', await named(paginateListRoles({ client: iam }, {}), ({ Roles = [] }) => Roles.map(({ RoleName }) => RoleName), prefix)],
    ['secret', await named(paginateListSecrets({ client: secretsManager }, { IncludePlannedDeletion: true }),
      ({ SecretList = [] }) => SecretList.map(({ Name }) => Name), prefix)],
    ['function', await named(paginateListFunctions({ client: lambda }, {}), ({ Functions = [] }) => Functions.map(({ FunctionName }) => FunctionName), prefix)],
    ['log group', await logGroups(logs, prefix)],
    ['document', await named(paginateListDocuments({ client: ssm }, { Filters: [{ Key: 'Owner', Values: ['Self'] }] }),
      ({ DocumentIdentifiers = [] }) => DocumentIdentifiers.map(({ Name }) => Name), prefix)],
    ['association', await associations(ssm, prefix)],
    ['alarm', await named(paginateDescribeAlarms({ client: cloudWatch }, { AlarmNamePrefix: prefix }),
      ({ MetricAlarms = [] }) => MetricAlarms.map(({ AlarmName }) => AlarmName), prefix)],
  ];
  const keys = await Promise.all(users.map(async user => keysOf(iam, user)));
  return [...lists.flatMap(([kind, names]) => names.map(leftOver(kind))), ...keys.flat()];
}

/** Lambda and EventBridge put a folder before the name. */
async function logGroups(client: CloudWatchLogsClient, prefix: string): Promise<string[]> {
  const prefixes = [prefix, `/aws/lambda/${prefix}`, `/aws/events/${prefix}`];
  const found = await Promise.all(prefixes.map(async logGroupNamePrefix => {
    const pages = paginateDescribeLogGroups({ client }, { logGroupNamePrefix });
    return named(pages, ({ logGroups: groups = [] }) => groups.map(({ logGroupName }) => logGroupName), logGroupNamePrefix);
  }));
  return found.flat();
}

/** They are known by their documents. */
async function associations(client: SSMClient, prefix: string): Promise<string[]> {
  const ids: string[] = [];
  for await (const { Associations = [] } of paginateListAssociations({ client }, {})) {
    ids.push(...Associations.filter(({ Name }) => Name?.startsWith(prefix)).flatMap(({ AssociationId }) => AssociationId ?? []));
  }
  return ids;
}

async function keysOf(client: IAMClient, UserName: string): Promise<LeftOver[]> {
  const keys: LeftOver[] = [];
  for await (const { AccessKeyMetadata = [] } of paginateListAccessKeys({ client }, { UserName })) {
    keys.push(...AccessKeyMetadata.map(({ AccessKeyId }) => leftOverKey(UserName, AccessKeyId!)));
  }
  return keys;
}

async function named<T>(pages: AsyncIterable<T>, namesOn: (page: T) => (string | undefined)[], prefix: string): Promise<string[]> {
  const names: string[] = [];
  for await (const page of pages) names.push(...namesOn(page).filter((name): name is string => name?.startsWith(prefix) === true));
  return names;
}
