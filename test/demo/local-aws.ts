import { mkdtempSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Credentials, DeployedFunction, deploy, Deployment, RealClock, RotationEvent, World } from '../world';
import { LambdaProcess, LambdaProcessOptions } from '../world/functions/lambda-process';
import { SesSmtp } from '../world/services/ses-smtp';
import { SesSmtpServer } from '../world/services/ses-smtp-server';

export type LogListener = NonNullable<LambdaProcessOptions['onLog']>;

/** Makes the stack that is to be deployed. */
export type DefineStack = (app: App) => Stack;

/** Stands around every invocation of a function. */
export type InvocationObserver = (event: RotationEvent, invoke: () => Promise<unknown>) => Promise<unknown>;

/** Wall time plus the leaps. */
class LeapingClock extends RealClock {
  /** In milliseconds. */
  public ahead = 0;

  public now(): number {
    return super.now() + this.ahead;
  }

  public leap(milliseconds: number): void {
    this.ahead += milliseconds;
  }
}

/** The world in real time and behind real sockets: functions and mail servers reach it from processes of their own. */
export class LocalAws {
  /**
   * @param smtpAddress the address that the SMTP endpoint listens on
   * @param smtpHosts its names in other regions
   */
  public static async start(smtpAddress?: string, ...smtpHosts: string[]): Promise<LocalAws> {
    const aws = new LocalAws(smtpAddress, smtpHosts);
    await aws.smtp.start();
    aws.url = await aws.world.listen();
    return aws;
  }

  public readonly clock = new LeapingClock();
  public readonly world = new World({ clock: this.clock });
  public readonly ses = new SesSmtp({
    credentials: this.world.iam,
    clock: this.world.clock,
    maySend: (...message) => this.world.maySend(...message),
  });
  public readonly smtp: SesSmtpServer;
  public onLog?: LogListener;
  public aroundInvocation?: InvocationObserver;
  /** Where the code of the functions is, if not in their assets. */
  public codeDirectory?: string;
  private url = '';
  private readonly assembly = mkdtempSync(join(tmpdir(), 'assembly-'));
  private readonly processes = new Map<string, LambdaProcess>();

  private constructor(smtpAddress?: string, smtpHosts?: string[]) {
    this.smtp = new SesSmtpServer(this.ses, { region: this.world.region, address: smtpAddress, hosts: smtpHosts });
    this.world.functionInvoker = async (fn, event) => {
      const invoke = async () => this.processOf(fn).invoke(event);
      return this.aroundInvocation ? this.aroundInvocation(event as RotationEvent, invoke) : invoke();
    };
  }

  /** Synthesizes a stack, and defines in the world what its template describes. */
  public deploy(define: DefineStack): Deployment {
    const app = new App({ outdir: this.assembly });
    const { stackName } = define(app);
    const { template } = app.synth().getStackByName(stackName);
    return deploy(template, this.world, { stackName, assemblyDirectory: this.assembly });
  }

  /** What the AWS CLI on a machine with this role finds in its environment. */
  public machineEnvironment(roleArn: string): Record<string, string> {
    const { accessKeyId, secretAccessKey, sessionToken }: Credentials = this.world.credentialsFor(roleArn);
    return {
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_SESSION_TOKEN: sessionToken,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: this.url,
    };
  }

  /** The certificate of the SMTP endpoint. */
  public async certificate(): Promise<string> {
    return readFile(this.smtp.caFile, 'utf8');
  }

  /** Every line that functions have written. */
  public get functionLogs(): string[] {
    return [...this.processes.values()].flatMap(process => process.logs);
  }

  public async close(): Promise<void> {
    await Promise.all([...this.processes.values()].map(async process => process.kill()));
    await Promise.all([this.world.close(), this.smtp.close()]);
    await rm(this.assembly, { recursive: true, force: true });
  }

  private processOf(fn: DeployedFunction): LambdaProcess {
    const known = this.processes.get(fn.arn);
    if (known) return known;
    const process = new LambdaProcess({ ...fn, codeDirectory: this.codeDirectory ?? fn.codeDirectory }, {
      credentials: this.world.credentialsFor(fn.roleArn),
      endpoints: { secretsManager: this.url, iam: this.url, ssm: this.url, sts: this.url },
      routes: this.smtp.routes(),
      caFile: this.smtp.caFile,
      ahead: () => this.clock.ahead,
      onLog: (line, stream) => this.onLog?.(line, stream),
    });
    this.processes.set(fn.arn, process);
    return process;
  }
}
