import { IAMClient } from '@aws-sdk/client-iam';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SSMClient } from '@aws-sdk/client-ssm';
import { namesUnreachable } from './unreachable';
import { SECOND } from '../basics/time';

/** The clients of the services that the function calls. */
export interface AwsClients {
  readonly secretsManager: SecretsManagerClient;
  readonly iam: IAMClient;
  /** Never retries a call. */
  readonly iamSingleTry: IAMClient;
  readonly ssm: SSMClient;
}

/** The limits of each attempt. All attempts together must report an unreachable endpoint within seconds. */
const requestHandler = { connectionTimeout: 3 * SECOND, requestTimeout: 10 * SECOND, throwOnRequestTimeout: true };
const step = 'deserialize';

/** The clients as Lambda's environment configures them, with timeouts that leave the function time to report them. */
export function awsClients(): AwsClients {
  const secretsManager = new SecretsManagerClient({ requestHandler, maxAttempts: 4 });
  const ssm = new SSMClient({ requestHandler, maxAttempts: 4 });
  secretsManager.middlewareStack.add(namesUnreachable(natOrEndpoint('secretsmanager')), { step });
  ssm.middlewareStack.add(namesUnreachable(natOrEndpoint('ssm')), { step });
  return { secretsManager, iam: iamClient(4), iamSingleTry: iamClient(1), ssm };
}

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam_vpc_endpoint_create.html */
function iamClient(maxAttempts: number): IAMClient {
  const client = new IAMClient({ requestHandler, maxAttempts });
  client.middlewareStack.add(namesUnreachable('in a VPC, the function needs a NAT gateway, because IAM has VPC endpoints only in the Region '
    + 'of its control plane, and a security group that lets it out to port 443'), { step });
  return client;
}

function natOrEndpoint(service: string): string {
  return `in a VPC, the function needs a NAT gateway or the VPC endpoint ${service} with private DNS, `
    + 'and security groups that let it out to port 443 and into the endpoint';
}
