import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AwsCli } from './aws-cli';
import { Bridge } from './bridge';
import { Fleet } from './fleet';
import { FunctionProcesses } from './functions';
import { LocalEmu } from './local-emu';
import { SmtpEndpoint } from './smtp-endpoint';
import type { LambdaProcessOptions } from '../world/functions/lambda-process';

type FunctionSettings = Pick<LambdaProcessOptions, 'millisecondsPerSecond'>;

/** LocalEmu, and everything around it that the plug-ins need. */
export class Emulator {
  /** Starts it, and three mail servers. */
  public static async launch(python: string, functions: FunctionSettings = {}): Promise<Emulator> {
    const emulator = new Emulator(python, functions);
    await emulator.endpoint.server.start();
    emulator.bridge = await Bridge.open({ ...emulator.functions.answerers, ...emulator.fleet.answerers });
    emulator.localEmu = await LocalEmu.start({ python, bridge: emulator.bridge.url, directory: emulator.directory });
    await emulator.fleet.launch(3, 'EmailServers=True', emulator.cli, python);
    return emulator;
  }

  public readonly fleet = new Fleet();
  public readonly endpoint = new SmtpEndpoint(() => this.url);
  public readonly functions = new FunctionProcesses(() => ({
    endpoints: { secretsManager: this.url, iam: this.url, ssm: this.url, sts: this.url },
    routes: this.endpoint.server.routes(),
    caFile: this.endpoint.server.caFile,
    ...this.settings,
  }));
  public localEmu!: LocalEmu;
  private bridge!: Bridge;
  private readonly directory = mkdtempSync(join(tmpdir(), 'localemu-'));

  private constructor(private readonly python: string, private readonly settings: FunctionSettings) {}

  public get url(): string {
    return this.localEmu.url;
  }

  public get cli(): AwsCli {
    return new AwsCli(this.python, this.url);
  }

  public async stop(): Promise<void> {
    await this.functions.killAll();
    await this.localEmu.stop();
    this.bridge.close();
    await this.endpoint.server.close();
    await this.fleet.remove();
    rmSync(this.directory, { recursive: true, force: true });
  }
}
