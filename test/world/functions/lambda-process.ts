import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { devNull } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { DeployedFunction as LambdaFunction } from './deployed-functions';

/** What it takes of a deployed function to run it. */
export type DeployedFunction = Pick<LambdaFunction, 'arn' | 'environment' | 'timeoutSeconds' | 'roleArn' | 'codeDirectory' | 'handler'>;

/** The credentials of the function's role. */
export interface SessionCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

/** Base URLs of the world's services. */
export interface ServiceEndpoints {
  readonly secretsManager?: string;
  readonly iam?: string;
  readonly ssm?: string;
  readonly sts?: string;
}

export interface LambdaProcessOptions {
  readonly credentials: SessionCredentials;
  readonly endpoints: ServiceEndpoints;
  /** `host:port` of the outside world, and the port on loopback that it leads to. Nothing else can be reached. */
  readonly routes?: Record<string, number>;
  /** PEM file of a further certificate authority. */
  readonly caFile?: string;
  /** How long a second lasts when the function pauses; its clock shows the whole pause, and no other timer is shortened. */
  readonly millisecondsPerSecond?: number;
  /** By how many milliseconds the function's clock is ahead, as an invocation begins. */
  readonly ahead?: () => number;
  readonly onLog?: (line: string, stream: 'stdout' | 'stderr') => void;
}

export interface FunctionErrorDescription {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace: string[];
}

/** What the function threw, or how its process ended; `name` is Lambda's `errorType`. */
export class FunctionError extends Error {
  public readonly trace: string[];

  constructor({ errorType, errorMessage, trace }: FunctionErrorDescription) {
    super(errorMessage);
    this.name = errorType;
    this.trace = trace;
  }
}

type RuntimeMessage =
  | { readonly type: 'ready' }
  | { readonly type: 'failed'; readonly error: FunctionErrorDescription }
  | { readonly type: 'done'; readonly requestId: string; readonly result?: string; readonly error?: FunctionErrorDescription };

type Reply = Extract<RuntimeMessage, { type: 'done' }>;

const RUNTIME = join(__dirname, 'lambda-runtime.mjs');

/** A function in a process of its own, which stays warm between invocations and takes one at a time. */
export class LambdaProcess {
  /** Every line that the function has written, in both streams. */
  public readonly logs: string[] = [];
  /** How many processes have been started: 1 while all invocations meet the same warm one. */
  public starts = 0;
  private environment?: Environment;
  private queue: Promise<unknown> = Promise.resolve();

  constructor(private readonly deployed: DeployedFunction, private readonly options: LambdaProcessOptions) {}

  /** Starts the process ahead of its first invocation. */
  public start(): void {
    this.running();
  }

  /** Resolves with what the handler returns; rejects with a `FunctionError`. */
  public async invoke(event: unknown): Promise<unknown> {
    const turn = this.queue.then(() => this.invokeNow(event));
    this.queue = turn.catch(() => undefined);
    return turn;
  }

  /** Ends the process at once, in the middle of whatever it does. The next invocation starts a new one. */
  public async kill(): Promise<void> {
    await this.environment?.kill('Runtime.ExitError', 'Runtime exited with error: signal: killed');
  }

  private async invokeNow(event: unknown): Promise<unknown> {
    return this.running().invoke(event, this.deployed);
  }

  private running(): Environment {
    if (!this.environment || this.environment.ended) this.environment = this.startEnvironment();
    return this.environment;
  }

  private startEnvironment(): Environment {
    this.starts += 1;
    return new Environment(this.deployed, this.options, (line, stream) => {
      this.logs.push(line);
      this.options.onLog?.(line, stream);
    });
  }
}

type LogListener = (line: string, stream: 'stdout' | 'stderr') => void;

/** Whoever waits for the process to become ready, or to reply. */
interface Waiting {
  readonly reply: (reply: Reply) => void;
  fail: (reason: FunctionError) => void;
}

/** One process from its start to its end. */
class Environment {
  public ended = false;
  private readonly child: ChildProcess;
  private readonly ready: Promise<void>;
  private readonly exited: Promise<void>;
  private readonly flushes = new Map<string, { count: number; done: () => void }>();
  private waiting: Waiting = { reply: () => undefined, fail: () => undefined };

  constructor(deployed: DeployedFunction, private readonly options: LambdaProcessOptions, onLog: LogListener) {
    this.child = fork(RUNTIME, {
      cwd: deployed.codeDirectory,
      env: processEnvironment(deployed, options),
      execArgv: [],
      silent: true,
    });
    this.readLines(this.child.stdout, line => onLog(line, 'stdout'));
    this.readLines(this.child.stderr, line => onLog(line, 'stderr'));
    this.exited = new Promise(resolve => this.child.once('close', () => resolve()));
    this.child.once('exit', () => { this.ended = true; });
    // Later than 'exit': everything that the function wrote has been read.
    this.child.once('close', (code, signal) => this.end('Runtime.ExitError', exitMessage(code, signal)));
    this.ready = new Promise((resolve, reject) => {
      this.waiting.fail = reject;
      this.child.on('message', (message: RuntimeMessage) => this.receive(message, resolve));
    });
    // It may end before anybody has invoked it.
    this.ready.catch(() => undefined);
  }

  public async invoke(event: unknown, deployed: DeployedFunction): Promise<unknown> {
    await this.ready;
    const requestId = randomUUID();
    const flushed = this.flush(requestId);
    const { result, error } = await this.exchange(requestId, event, deployed);
    await Promise.race([flushed, this.exited]);
    if (error) throw new FunctionError(error);
    return JSON.parse(result ?? 'null');
  }

  public async kill(errorType: string, errorMessage: string): Promise<void> {
    this.end(errorType, errorMessage);
    this.child.kill('SIGKILL');
    await this.exited;
  }

  private async exchange(requestId: string, event: unknown, { arn, timeoutSeconds }: DeployedFunction): Promise<Reply> {
    const timeout = setTimeout(
      () => void this.kill('Sandbox.Timedout', `Task timed out after ${timeoutSeconds} seconds`), timeoutSeconds * 1000,
    );
    try {
      return await new Promise<Reply>((resolve, reject) => {
        this.waiting = { reply: resolve, fail: reject };
        const invocation = { requestId, event, functionArn: arn, deadline: Date.now() + timeoutSeconds * 1000, ahead: this.options.ahead?.() };
        this.child.send(invocation, error => error && this.end('Runtime.ExitError', error.message));
      });
    } finally {
      clearTimeout(timeout);
    }
  }

  private receive(message: RuntimeMessage, ready: () => void): void {
    if (message.type === 'ready') {
      ready();
    } else if (message.type === 'done') {
      this.waiting.reply(message);
    } else {
      this.ended = true;
      this.waiting.fail(new FunctionError(message.error));
      this.child.kill('SIGKILL');
    }
  }

  private end(errorType: string, errorMessage: string): void {
    this.ended = true;
    this.waiting.fail(new FunctionError({ errorType, errorMessage, trace: [] }));
  }

  /** Resolves when both streams have shown the line that ends the invocation. */
  private async flush(requestId: string): Promise<void> {
    await new Promise<void>(done => this.flushes.set(requestId, { count: 2, done }));
  }

  private readLines(stream: Readable | null, onLine: (line: string) => void): void {
    if (!stream) return;
    createInterface({ input: stream }).on('line', line => {
      const flush = line.startsWith('END ') ? this.flushes.get(line.slice('END '.length)) : undefined;
      if (!flush) {
        // The runtime starts its END line with a line break, in case the function has not ended its own.
        if (line !== '') onLine(line);
        return;
      }
      flush.count -= 1;
      if (flush.count === 0) flush.done();
    });
  }
}

function processEnvironment(deployed: DeployedFunction, options: LambdaProcessOptions): Record<string, string> {
  const name = functionName(deployed.arn);
  return {
    PATH: process.env.PATH ?? '',
    TZ: ':UTC',
    // The developer's own profiles must not reach the function.
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    AWS_EC2_METADATA_DISABLED: 'true',
    ...deployed.environment,
    _HANDLER: deployed.handler,
    LAMBDA_TASK_ROOT: deployed.codeDirectory,
    AWS_REGION: regionOf(deployed.arn),
    AWS_DEFAULT_REGION: regionOf(deployed.arn),
    AWS_ACCESS_KEY_ID: options.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: options.credentials.secretAccessKey,
    AWS_SESSION_TOKEN: options.credentials.sessionToken,
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '256',
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: 'world',
    WORLD_ROUTES: JSON.stringify(options.routes ?? {}),
    ...endpointVariables(options.endpoints),
    ...options.millisecondsPerSecond !== undefined && { WORLD_MILLISECONDS_PER_SECOND: String(options.millisecondsPerSecond) },
    ...options.caFile !== undefined && { NODE_EXTRA_CA_CERTS: options.caFile },
  };
}

function endpointVariables({ secretsManager, iam, ssm, sts }: ServiceEndpoints): Record<string, string> {
  const urls = { SECRETS_MANAGER: secretsManager, IAM: iam, SSM: ssm, STS: sts };
  return Object.fromEntries(Object.entries(urls)
    .filter((entry): entry is [string, string] => entry[1] !== undefined)
    .map(([service, url]) => [`AWS_ENDPOINT_URL_${service}`, url]));
}

function regionOf(arn: string): string {
  return arn.split(':')[3];
}

function functionName(arn: string): string {
  return arn.split(':')[6];
}

function exitMessage(code: number | null, signal: string | null): string {
  return `Runtime exited with error: ${signal === null ? `exit status ${code}` : `signal: ${signal}`}`;
}
