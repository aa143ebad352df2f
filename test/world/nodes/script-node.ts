import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { CommandExecution, DocumentParameter, DocumentStep, StepResult } from './managed-node';
import { Node, NodeOptions } from './node';
import { agentOutput, EXIT_DOCUMENT_AS_FAILURE, EXIT_DOCUMENT_AS_SUCCESS, finished, skipped } from './step-results';

export interface ScriptNodeOptions extends NodeOptions {
  /** Variables of every script, such as endpoint URLs and the credentials of the node's role. */
  readonly environment?: Record<string, string>;
  /** Agents before 3.3.2746 know no `ENV_VAR` interpolation. */
  readonly agentVersion?: string;
  /** How long a second of a document's `timeoutSeconds` lasts. */
  readonly millisecondsPerSecond?: number;
}

const WORLD_BIN = join(__dirname, 'bin');
const FIRST_AGENT_WITH_ENV_VAR = '3.3.2746.0';
const KILLED = 137;

/**
 * A mail server with a directory of its own, where the document's scripts really run: `root/` is for the
 * files of the server, `bin/` comes first in PATH, `orchestration/<command id>/<step>/_script.sh` is what ran.
 */
export class ScriptNode extends Node {
  public readonly directory: string;
  public readonly environment: Record<string, string>;
  private readonly agentVersion: string;
  private readonly millisecondsPerSecond: number;

  constructor(options: ScriptNodeOptions) {
    super(options);
    this.directory = mkdtempSync(join(tmpdir(), `world-${options.instanceId}-`));
    this.environment = { ...options.environment };
    this.agentVersion = options.agentVersion ?? '3.3.3050.0';
    this.millisecondsPerSecond = options.millisecondsPerSecond ?? 1000;
  }

  public get root(): string {
    return join(this.directory, 'root');
  }

  public get orchestrationDirectory(): string {
    return join(this.directory, 'orchestration');
  }

  /** Puts a program into the node's PATH, before the system's. */
  public async install(name: string, script: string): Promise<void> {
    await write(join(this.directory, 'bin', name), script, 0o755);
  }

  /** Writes a file under `root/`. */
  public async write(path: string, content: string, mode = 0o644): Promise<void> {
    await write(join(this.root, path), content, mode);
  }

  /** Reads a file under `root/`. */
  public async read(path: string): Promise<string> {
    return readFile(join(this.root, path), 'utf8');
  }

  public async remove(): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
  }

  public async run(execution: CommandExecution): Promise<StepResult[]> {
    await mkdir(this.root, { recursive: true });
    const results: StepResult[] = [];
    for (const step of execution.content.mainSteps) {
      const result = await this.runStep(step, execution);
      results.push(result);
      // Any other failure lets the steps behind it run.
      if ([EXIT_DOCUMENT_AS_SUCCESS, EXIT_DOCUMENT_AS_FAILURE].includes(result.responseCode)) break;
    }
    return results;
  }

  private async runStep(step: DocumentStep, execution: CommandExecution): Promise<StepResult> {
    const parameters = this.parametersOf(execution);
    const reason = skipReason(step, this.platformType, parameters);
    if (reason !== undefined) return skipped(step, reason);
    const directory = join(this.orchestrationDirectory, execution.commandId, step.name);
    const script = join(directory, '_script.sh');
    const substituted = parameters.filter(parameter => !parameter.asVariable);
    await write(script, substitute(step.inputs.runCommand.join('\n'), substituted) + '\n', 0o700);
    return this.execute(step, script, this.variables(execution, parameters));
  }

  private async execute(step: DocumentStep, script: string, env: Record<string, string>): Promise<StepResult> {
    // The shell runs the path as a command, so a script's `#!` line chooses its interpreter.
    const child = spawn('sh', ['-c', '"$0"', script], { cwd: dirname(script), env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      killGroup(child);
    }, documentSeconds(step) * this.millisecondsPerSecond);
    const [stdout, stderr, exitCode] = await Promise.all([text(child.stdout), text(child.stderr), exitCodeOf(child)]);
    clearTimeout(timer);
    if (timedOut) return { name: step.name, status: 'TimedOut', responseCode: KILLED, output: agentOutput(stdout, stderr) };
    return finished(step, exitCode, stdout, stderr);
  }

  private parametersOf({ content, parameters }: CommandExecution): ParameterValue[] {
    const supportsVariables = compareVersions(this.agentVersion, FIRST_AGENT_WITH_ENV_VAR) >= 0;
    return Object.entries(content.parameters ?? {}).map(([name, definition]) => ({
      name,
      value: valueOf(definition, parameters[name]),
      asVariable: supportsVariables && definition.interpolationType === 'ENV_VAR',
    }));
  }

  private variables({ commandId }: CommandExecution, parameters: ParameterValue[]): Record<string, string> {
    const exported = parameters.filter(({ asVariable }) => asVariable).map(({ name, value }) => [`SSM_${name}`, value]);
    return {
      HOME: this.directory,
      PATH: [join(this.directory, 'bin'), WORLD_BIN, process.env.PATH, dirname(process.execPath), join(WORLD_BIN, 'missing')].join(delimiter),
      RUNTIME_DIRECTORY: this.directory,
      ...this.environment,
      SSM_COMMAND_ID: commandId,
      ...Object.fromEntries(exported),
    };
  }
}

interface ParameterValue {
  readonly name: string;
  readonly value: string;
  readonly asVariable: boolean;
}

async function write(path: string, content: string, mode: number): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content, { mode });
}

function valueOf(definition: DocumentParameter, given: string[] | undefined): string {
  return given?.join('\n') ?? definition.default ?? '';
}

function substitute(script: string, parameters: readonly ParameterValue[]): string {
  const values = new Map(parameters.map(({ name, value }) => [name, value]));
  return script.replace(/\{\{\s*([\w:]+)\s*\}\}/g, (reference, name: string) => values.get(name) ?? reference);
}

function skipReason(step: DocumentStep, platformType: string, parameters: readonly ParameterValue[]): string | undefined {
  const isShell = step.action === 'aws:runShellScript';
  if (step.precondition && !isSatisfied(step.precondition, platformType, parameters)) return 'unsatisfied preconditions';
  return isShell && platformType === 'Linux' ? undefined : `unsupported plugin: ${step.action}`;
}

function isSatisfied(
  { StringEquals }: NonNullable<DocumentStep['precondition']>, platformType: string, parameters: readonly ParameterValue[],
): boolean {
  const [left, right] = StringEquals.map(operand => operand === 'platformType' ? platformType : substitute(operand, parameters));
  return left === right;
}

/** The agent takes an hour when the document's number is out of its range, and does not say so. */
function documentSeconds({ inputs }: DocumentStep): number {
  const seconds = Number(inputs.timeoutSeconds ?? 3600);
  return seconds >= 5 && seconds <= 172_800 ? seconds : 3600;
}

async function exitCodeOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', code => resolve(code ?? KILLED));
  });
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It ended in the meantime.
  }
}

function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map(version => version.split('.').map(Number));
  const index = left.findIndex((part, i) => part !== (right[i] ?? 0));
  return index < 0 ? 0 : left[index] - (right[index] ?? 0);
}
