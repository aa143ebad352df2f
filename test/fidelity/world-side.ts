import { ACCOUNT, REGION, ROTATION } from './account';
import { Input, SecretSetup, Service } from './sequence';
import { Clients, MadeSecret, Side } from './side';
import { AwsError, VirtualClock, World } from '../world';

const FUNCTION = { name: 'rotation', roleArn: '', handler: 'index.handler', codeDirectory: '', environment: {}, timeoutSeconds: 900 };

/** The local AWS, behind its wire protocols. */
export class WorldSide implements Side {
  private readonly world = new World({ clock: new VirtualClock(), account: ACCOUNT, region: REGION });
  private readonly clients = new Clients(this.world.clientConfig());

  constructor() {
    const permissions = [{ action: 'lambda:InvokeFunction', principal: 'secretsmanager.amazonaws.com' }];
    this.world.functions.add({ ...FUNCTION, arn: ROTATION.lambdaArn, permissions });
    // It does nothing: the calls of a function are in the sequence.
    this.world.functionInvoker = async () => undefined;
  }

  public async call(service: Service, action: string, input: Input): Promise<object> {
    return this.clients.call(service, action, input);
  }

  public async administer(_service: Service, action: string, input: Input): Promise<void> {
    try {
      this.manage(action, input as Record<string, string>);
    } catch (error) {
      throw error instanceof AwsError ? asSdkError(error) : error;
    }
  }

  public async createSecret(setup: SecretSetup): Promise<MadeSecret> {
    const { arn, versions } = this.world.setupSecret(setup);
    return { arn, versionId: [...versions.keys()].at(0) };
  }

  /** As the rotation driver does it before the function's first step. */
  public async beginRotation(name: string, token: string): Promise<object> {
    const { secretsManager } = this.world;
    const secret = secretsManager.secret(name);
    secretsManager.setRotation(name, ROTATION);
    secretsManager.createPlaceholder(secret, token);
    secret.rotationInFlight = token;
    return this.clients.labels(name);
  }

  public async endRotation(name: string, token: string): Promise<object> {
    const secret = this.world.secretsManager.secret(name);
    secret.versions.get(token)?.labels.delete('AWSPENDING');
    secret.rotationInFlight = undefined;
    return this.clients.labels(name);
  }

  private manage(action: string, input: Record<string, string>): void {
    const { iam, secretsManager } = this.world;
    switch (action) {
      case 'CreateSecret': secretsManager.createSecret({ name: input.Name }); break;
      case 'DeleteSecret': secretsManager.deleteSecret(input.SecretId); break;
      case 'CreateUser': iam.createUser({ name: input.UserName, permissionsBoundary: input.PermissionsBoundary }); break;
      case 'DeleteUser': iam.deleteUser(input.UserName); break;
      case 'CreateGroup': iam.createGroup({ name: input.GroupName }); break;
      case 'AddUserToGroup': iam.addUserToGroup(input.UserName, input.GroupName); break;
      case 'CreateRole': iam.createRole({ name: input.RoleName }); break;
      default: throw new Error(`the world has no ${action}`);
    }
  }
}

/** The SDK names IAM's errors in its own way. */
function asSdkError({ code, message, status }: AwsError): Error {
  const name = /Exception$|^ValidationError$/.test(code) ? code : `${code}Exception`;
  return Object.assign(new Error(message), { name, $metadata: { httpStatusCode: status } });
}
