import { IAM } from '@aws-sdk/client-iam';
import { SecretsManager, SecretsManagerClientConfig } from '@aws-sdk/client-secrets-manager';
import { Input, SecretSetup, Service } from './sequence';

/** One of the two that are compared: the world, or moto. */
export interface Side {
  call(service: Service, action: string, input: Input): Promise<object>;
  /** Does what the world has no wire protocol for. */
  administer(service: Service, action: string, input: Input): Promise<void>;
  createSecret(setup: SecretSetup): Promise<MadeSecret>;
  /** Makes the pending version without a value. Resolves with the labels of all versions. */
  beginRotation(secret: string, token: string): Promise<object>;
  /** Takes the label away from the pending version. Resolves with the labels of all versions. */
  endRotation(secret: string, token: string): Promise<object>;
}

export interface MadeSecret {
  readonly arn: string;
  readonly versionId?: string;
}

type Api = Record<string, (input: Input) => Promise<object>>;

/** The SDK's clients, which send nothing twice. */
export class Clients {
  private readonly apis: Record<Service, Api>;

  constructor(config: Pick<SecretsManagerClientConfig, 'region' | 'credentials' | 'requestHandler' | 'endpoint'>) {
    const single = { ...config, maxAttempts: 1 };
    // The names of actions are data here, and the SDK has a type for each of them.
    this.apis = {
      secretsmanager: new SecretsManager(single) as unknown as Api,
      iam: new IAM(single) as unknown as Api,
    };
  }

  public async call(service: Service, action: string, input: Input): Promise<object> {
    return this.apis[service][action[0].toLowerCase() + action.slice(1)](input);
  }

  public async labels(SecretId: string): Promise<object> {
    const { VersionIdsToStages } = await this.call('secretsmanager', 'DescribeSecret', { SecretId }) as { VersionIdsToStages?: object };
    return { VersionIdsToStages };
  }
}
