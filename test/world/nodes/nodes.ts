import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { CommandExecution, DocumentParameter, DocumentStep, ManagedNode, StepResult } from './managed-node';
import { APPLIED_MARKER } from '../../../src/private/rotation-contract';
import type { SecretsManager } from '../services/secrets-manager';

export interface NodeOptions {
  readonly instanceId: string;
  readonly platformType?: 'Linux' | 'Windows';
  readonly tags?: Record<string, string>;
  readonly resourceGroups?: string[];
  readonly online?: boolean;
  readonly appearsAfter?: number;
  readonly startsAfter?: number;
}

abstract class Node implements ManagedNode {
  public readonly instanceId: string;
  public readonly platformType: 'Linux' | 'Windows';
  public readonly tags: Record<string, string>;
  public readonly resourceGroups: string[];
  public online: boolean;
  public appearsAfter: number;
  public startsAfter: number;
  public forcedStatusDetails?: ManagedNode['forcedStatusDetails'];

  constructor(options: NodeOptions) {
    this.instanceId = options.instanceId;
    this.platformType = options.platformType ?? 'Linux';
    this.tags = options.tags ?? {};
    this.resourceGroups = options.resourceGroups ?? [];
    this.online = options.online ?? true;
    this.appearsAfter = options.appearsAfter ?? 0;
    this.startsAfter = options.startsAfter ?? 0;
  }

  public abstract run(execution: CommandExecution): Promise<StepResult[]>;
}

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
const EXIT_DOCUMENT_AS_SUCCESS = 168;
const EXIT_DOCUMENT_AS_FAILURE = 169;

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

function skipped({ name }: DocumentStep, reason: string): StepResult {
  return { name, status: 'Success', responseCode: 0, output: `Step execution skipped due to ${reason}. Step name: ${name}` };
}

function finished({ name }: DocumentStep, responseCode: number, stdout: string, stderr: string): StepResult {
  if ([0, EXIT_DOCUMENT_AS_SUCCESS].includes(responseCode)) {
    return { name, status: 'Success', responseCode, output: agentOutput(stdout, stderr) };
  }
  const output = agentOutput(stdout, `${stderr}failed to run commands: exit status ${responseCode}`);
  return { name, status: 'Failed', responseCode, output };
}

function agentOutput(stdout: string, stderr: string): string {
  return stderr === '' ? stdout : `${stdout}\n----------ERROR-------\n${stderr}`;
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

/** What a node does with a command. */
export type NodeBehaviour = (execution: CommandExecution, node: SimulatedNode) => StepResult[] | Promise<StepResult[]>;

export interface SmtpCredential {
  readonly username: string;
  readonly password: string;
}

export interface SimulatedNodeOptions extends NodeOptions {
  readonly behaviour: NodeBehaviour;
}

/** A node without a process, for virtual time. */
export class SimulatedNode extends Node {
  /** Can be changed between commands. */
  public behaviour: NodeBehaviour;
  /** What its mail server logs in with now. */
  public heldCredential?: SmtpCredential;
  /** The ids of the versions that it has applied, oldest first. */
  public readonly appliedVersions: string[] = [];
  public readonly executions: CommandExecution[] = [];

  constructor(options: SimulatedNodeOptions) {
    super(options);
    this.behaviour = options.behaviour;
  }

  public async run(execution: CommandExecution): Promise<StepResult[]> {
    this.executions.push(execution);
    return this.behaviour(execution, this);
  }
}

/** Reads a version of a secret as the node's role; throws what the service refuses. */
export type ReadSecret = (secretArn: string, versionId: string) => string | Promise<string>;

/** What the documents of this library take: a version that is given up or replaced they refuse. */
export function applicableVersions(secretsManager: Pick<SecretsManager, 'secret'>): ReadSecret {
  return (secretArn, versionId) => {
    const { labels, value } = secretsManager.secret(secretArn).versions.get(versionId) ?? {};
    if (!labels?.has('AWSPENDING') && !labels?.has('AWSCURRENT')) throw new Error(`version ${versionId} is no longer pending or current, so it is not applied`);
    if (!value?.SecretString) throw new Error(`version ${versionId} has no value`);
    return value.SecretString;
  };
}

/** The names of the document's parameters. */
export interface ReadParameterNames {
  readonly secretArn: string;
  readonly versionId: string;
}

/** Reads the version that the command names, holds its credential from then on, and confirms it. */
export function appliesCredential(
  readSecret: ReadSecret, names: ReadParameterNames = { secretArn: 'SecretArn', versionId: 'VersionId' },
): NodeBehaviour {
  return async (execution, node) => {
    const [secretArn, versionId] = [names.secretArn, names.versionId].map(name => execution.parameters[name]?.[0] ?? '');
    try {
      node.heldCredential = parseCredential(await readSecret(secretArn, versionId));
    } catch (error) {
      return everyStep(execution, step => finished(step, 254, '', `${String(error)}\n`));
    }
    node.appliedVersions.push(versionId);
    return everyStep(execution, step => finished(step, 0, `${APPLIED_MARKER} ${versionId}\n`, ''));
  };
}

/** Takes the credential out of the command itself. */
export function takesCredentialFromParameters(usernameParameter = 'SESUsername', passwordParameter = 'SESPassword'): NodeBehaviour {
  return (execution, node) => {
    const [username, password] = [usernameParameter, passwordParameter].map(name => execution.parameters[name]?.[0] ?? '');
    node.heldCredential = { username, password };
    return everyStep(execution, step => finished(step, 0, '', ''));
  };
}

export function failsWith(stderr: string, responseCode = 1): NodeBehaviour {
  return execution => everyStep(execution, step => finished(step, responseCode, '', `${stderr}\n`));
}

/** Does nothing and succeeds: every step is for another platform. */
export function skipsEveryStep(): NodeBehaviour {
  return execution => everyStep(execution, step => skipped(step, `unsupported plugin: ${step.action}`));
}

function everyStep({ content }: CommandExecution, report: (step: DocumentStep) => StepResult): StepResult[] {
  return content.mainSteps.map(report);
}

/** Out of a secret's value, in any of the formats that carry it. */
export function parseCredential(secret: string): SmtpCredential {
  if (secret.startsWith('{')) return parseFields(JSON.parse(secret) as Record<string, string>);
  const separator = secret.indexOf(':');
  return { username: secret.slice(0, separator), password: secret.slice(separator + 1) };
}

/** The two fields may have the names of an environment's variables, as other constructs call them. */
function parseFields({ SMTP_USERNAME, SMTP_PASSWORD, username = SMTP_USERNAME, password = SMTP_PASSWORD }: Record<string, string>): SmtpCredential {
  return { username, password };
}
