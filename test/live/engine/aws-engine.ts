import { lookup } from 'node:dns/promises';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudTrailClient } from '@aws-sdk/client-cloudtrail';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient, paginateFilterLogEvents } from '@aws-sdk/client-cloudwatch-logs';
import { IAMClient } from '@aws-sdk/client-iam';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SSMClient } from '@aws-sdk/client-ssm';
import { STSClient } from '@aws-sdk/client-sts';
import { denialsIn } from './aws-denials';
import { leftOversIn } from './aws-left-overs';
import { AwsServers } from './aws-servers';
import { AwsStacks } from './aws-stacks';
import { CdkCli } from './cdk-cli';
import { Callers, Denial, Engine, LeftOver, LogLine } from './engine';
import { systemClock } from '../../../lambda-src/basics/time';
import { smtpLogin } from '../../../lambda-src/smtp/login';
import { smtpSend } from '../../../lambda-src/smtp/message';

/** Where IAM's calls are recorded. */
const IAM_REGIONS: readonly [RegExp, string][] = [[/^us-gov-/, 'us-gov-west-1'], [/^eusc-/, 'eusc-de-east-1'], [/^/, 'us-east-1']];

/** An account of AWS, with the credentials that the SDK and the CDK CLI find. */
export class AwsEngine implements Engine {
  public readonly name = 'AWS';
  public readonly isLocal = false;
  public readonly clock = systemClock;
  public readonly urlSuffix: string;
  public readonly iam: IAMClient;
  public readonly secretsManager: SecretsManagerClient;
  public readonly ssm: SSMClient;
  public readonly sts: STSClient;
  public readonly loginAt = smtpLogin;
  public readonly sendAt = smtpSend;
  public readonly stacks: AwsStacks;
  public readonly servers: AwsServers;
  private readonly cloudFormation: CloudFormationClient;
  private readonly cloudTrails: CloudTrailClient[];
  private readonly cloudWatch: CloudWatchClient;
  private readonly lambda: LambdaClient;
  private readonly logs: CloudWatchLogsClient;

  constructor(public readonly region: string, write: (text: string) => void) {
    this.urlSuffix = region.startsWith('eusc-') ? 'amazonaws.eu' : 'amazonaws.com';
    const [, iamRegion] = IAM_REGIONS.find(([pattern]) => pattern.test(region))!;
    this.iam = new IAMClient({ region });
    this.secretsManager = new SecretsManagerClient({ region });
    this.ssm = new SSMClient({ region });
    this.sts = new STSClient({ region });
    this.cloudFormation = new CloudFormationClient({ region });
    this.cloudTrails = [...new Set([region, iamRegion])].map(each => new CloudTrailClient({ region: each }));
    this.cloudWatch = new CloudWatchClient({ region });
    this.lambda = new LambdaClient({ region });
    this.logs = new CloudWatchLogsClient({ region });
    this.stacks = new AwsStacks(this.cloudFormation, new CdkCli(region, write), this.clock);
    this.servers = new AwsServers(this.ssm, this.clock);
  }

  public async invoke(functionName: string, payload: unknown): Promise<unknown> {
    const { FunctionError, Payload } = await this.lambda.send(new InvokeCommand({ FunctionName: functionName, Payload: JSON.stringify(payload) }));
    const answer = JSON.parse(Payload?.transformToString() || 'null') as { readonly errorMessage?: string } | null;
    if (FunctionError) throw new Error(answer?.errorMessage ?? FunctionError);
    return answer;
  }

  public async linesOf(logGroup: string): Promise<LogLine[]> {
    const lines: LogLine[] = [];
    for await (const { events = [] } of paginateFilterLogEvents({ client: this.logs }, { logGroupName: logGroup })) {
      lines.push(...events.map(({ message = '', timestamp = 0 }) => ({ at: timestamp, text: message.trim() })));
    }
    return lines.sort((a, b) => a.at - b.at);
  }

  public async denials({ sessions }: Callers, since: number): Promise<Denial[]> {
    const found = await Promise.all(this.cloudTrails.map(async client => denialsIn(client, sessions, since)));
    return found.flat();
  }

  public async resolves(host: string): Promise<boolean> {
    return lookup(host).then(() => true, () => false);
  }

  public async leftOvers(prefix: string): Promise<LeftOver[]> {
    const { cloudFormation, cloudWatch, iam, lambda, logs, secretsManager, ssm } = this;
    return leftOversIn({ cloudFormation, cloudWatch, iam, lambda, logs, secretsManager, ssm }, prefix);
  }

  public async close(): Promise<void> {
    await this.stacks.stop();
  }
}
