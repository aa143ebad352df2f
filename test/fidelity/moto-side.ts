import { REGION, ROTATION } from './account';
import { Input, SecretSetup, Service } from './sequence';
import { Clients, MadeSecret, Side } from './side';

/** moto, emptied. */
export class MotoSide implements Side {
  public static async reset(url: string): Promise<MotoSide> {
    await fetch(`${url}/moto-api/reset`, { method: 'POST' });
    return new MotoSide(url);
  }

  private readonly clients: Clients;

  private constructor(endpoint: string) {
    this.clients = new Clients({ region: REGION, endpoint, credentials: { accessKeyId: 'anybody', secretAccessKey: 'unchecked' } });
  }

  public async call(service: Service, action: string, input: Input): Promise<object> {
    return this.clients.call(service, action, input);
  }

  public async administer(service: Service, action: string, input: Input): Promise<void> {
    await this.call(service, action, input);
  }

  public async createSecret({ name, value }: SecretSetup): Promise<MadeSecret> {
    const made = await this.call('secretsmanager', 'CreateSecret', { Name: name, SecretString: value }) as { ARN: string; VersionId?: string };
    return { arn: made.ARN, versionId: made.VersionId };
  }

  /**
   * moto's RotateSecret makes the pending version, looks for the function, calls it, and ends as if the function
   * had succeeded. Of a function that moto does not know, only the first part happens: the state in which
   * a real function's createSecret begins. The calls of the function are in the sequence.
   */
  public async beginRotation(SecretId: string, ClientRequestToken: string): Promise<object> {
    const request = { SecretId, ClientRequestToken, RotationLambdaARN: ROTATION.lambdaArn, RotationRules: ROTATION.rules };
    const error: unknown = await this.call('secretsmanager', 'RotateSecret', request).catch((reason: unknown) => reason);
    if (!(error instanceof Error) || !error.message.startsWith('Resource not found for ARN')) {
      throw new Error('RotateSecret of moto did not stop at the missing function', { cause: error });
    }
    return this.clients.labels(SecretId);
  }

  public async endRotation(SecretId: string, token: string): Promise<object> {
    await this.call('secretsmanager', 'UpdateSecretVersionStage', { SecretId, VersionStage: 'AWSPENDING', RemoveFromVersionId: token });
    return this.clients.labels(SecretId);
  }
}
