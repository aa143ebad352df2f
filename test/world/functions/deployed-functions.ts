import { Environment } from '../environment';
import { arnLike } from '../services/policy';

/** What can be changed about a function. */
export interface FunctionSettings {
  readonly environment: Record<string, string>;
  readonly timeoutSeconds: number;
  readonly roleArn: string;
  readonly handler: string;
  /** The unpacked asset; empty when the code is not an asset. */
  readonly codeDirectory: string;
}

/** A function as Lambda knows it. */
export interface DeployedFunction extends FunctionSettings {
  readonly name: string;
  readonly arn: string;
  readonly permissions: FunctionPermission[];
  /** After which Lambda gives up an asynchronous invocation that it could not deliver; 6 hours unless told. */
  maximumEventAgeSeconds?: number;
}

/** A statement of the function's resource policy. */
export interface FunctionPermission {
  readonly id?: string;
  readonly action: string;
  readonly principal: string;
  readonly sourceArn?: string;
  readonly sourceAccount?: string;
}

/** Runs the function's code; rejects when the function fails or times out. */
export type FunctionInvoker = (fn: DeployedFunction, event: unknown) => Promise<unknown>;

/** The functions of the account, and who may call them. */
export class Functions {
  private readonly functions = new Map<string, DeployedFunction>();

  constructor(private readonly environment: Environment) {}

  public add(fn: DeployedFunction): void {
    this.functions.set(fn.arn, fn);
  }

  public remove(arn: string): void {
    this.functions.delete(arn);
  }

  public get all(): DeployedFunction[] {
    return [...this.functions.values()];
  }

  /** By name or ARN. */
  public find(nameOrArn: string): DeployedFunction | undefined {
    return this.functions.get(nameOrArn) ?? [...this.functions.values()].find(fn => fn.name === nameOrArn);
  }

  /** Whether a service may call the function on behalf of one of its resources. */
  public mayInvoke(fn: DeployedFunction, service: 'secretsmanager' | 'events', sourceArn: string): boolean {
    const { account, urlSuffix } = this.environment;
    return fn.permissions.some(permission =>
      ['lambda:InvokeFunction', 'lambda:*', '*'].includes(permission.action)
      && [`${service}.amazonaws.com`, `${service}.${urlSuffix}`].includes(permission.principal)
      && (permission.sourceAccount === undefined || permission.sourceAccount === account)
      && (permission.sourceArn === undefined || arnLike(permission.sourceArn, sourceArn)));
  }
}
