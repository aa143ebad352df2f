import { AwsError } from './aws-error';
import { Environment } from '../environment';
import { DocumentContent, DocumentParameter, DocumentStep, ManagedNode, StepResult } from '../nodes/managed-node';

export interface SsmDocument {
  readonly name: string;
  readonly arn: string;
  /** The last one is the default. */
  readonly versions: DocumentContent[];
}

export interface DocumentOptions {
  readonly name: string;
  readonly content: DocumentContent;
  /** Another account that shares it; documents of AWS have none in their ARN. */
  readonly owner?: string;
}

const DEFAULT_EXECUTION_TIMEOUT = 3600;
const PLATFORM_OF_ACTION = { 'aws:runShellScript': 'Linux', 'aws:runPowerShellScript': 'Windows' };

/** The documents of the account, and those that AWS owns. */
export class Documents {
  private readonly documents = new Map<string, SsmDocument>();

  constructor(private readonly environment: Environment) {
    this.register({ name: 'AWS-RunShellScript', content: awsScript('aws:runShellScript'), owner: '' });
    this.register({ name: 'AWS-RunPowerShellScript', content: awsScript('aws:runPowerShellScript'), owner: '' });
  }

  /** A name that is known gets a new version, which becomes the default. */
  public get names(): string[] {
    return [...this.documents.values()].map(({ name }) => name);
  }

  public register(options: DocumentOptions): SsmDocument {
    const arn = this.arnOf(options.name, options.owner ?? this.environment.account);
    const document = this.documents.get(arn) ?? { name: options.name, arn, versions: [] };
    document.versions.push(options.content);
    this.documents.set(arn, document);
    return document;
  }

  public has(name: string): boolean {
    return this.documents.has(this.arnOf(name, this.environment.account));
  }

  public remove(name: string): void {
    this.documents.delete(this.find(name).arn);
  }

  /** By name or ARN. */
  public find(nameOrArn: string): SsmDocument {
    const document = [nameOrArn, this.arnOf(nameOrArn, this.environment.account), this.arnOf(nameOrArn, '')]
      .map(arn => this.documents.get(arn)).find(found => found !== undefined);
    if (!document) throw new AwsError('InvalidDocument', `Document with name ${nameOrArn} does not exist.`);
    return document;
  }

  private arnOf(name: string, owner: string): string {
    const { partition, region } = this.environment;
    return `arn:${partition}:ssm:${region}:${owner}:document/${name}`;
  }
}

export function versionOf(document: SsmDocument, version = '$DEFAULT'): DocumentContent {
  const content = version.startsWith('$') ? document.versions.at(-1) : document.versions[Number(version) - 1];
  if (!content) throw new AwsError('InvalidDocumentVersion', `Document version ${version} of ${document.name} does not exist.`);
  return content;
}

/** The parameters that the document runs with, its defaults included; refuses what does not fit. */
export function resolveParameters(content: DocumentContent, given: Record<string, string[]> = {}): Record<string, string[]> {
  const declared = content.parameters ?? {};
  for (const name of Object.keys(given)) {
    if (!declared[name]) throw invalidParameters(`The parameter ${name} is not defined in the document.`);
  }
  return Object.fromEntries(Object.entries(declared).map(([name, parameter]) => [name, valueOf(name, parameter, given[name])]));
}

function valueOf(name: string, parameter: DocumentParameter, given: string[] | undefined): string[] {
  const defaults = parameter.default as unknown;
  const value = given ?? (defaults === undefined ? undefined : [defaults].flat().map(String));
  if (!value) throw invalidParameters(`The parameter ${name} is required.`);
  if (parameter.type === 'String' && value.length !== 1) throw invalidParameters(`The parameter ${name} takes one value, got ${value.length}.`);
  const { allowedPattern, allowedValues } = parameter;
  const fits = (entry: string) => (allowedPattern === undefined || new RegExp(`^(?:${allowedPattern})$`, 's').test(entry))
    && (allowedValues === undefined || allowedValues.map(String).includes(entry));
  if (!value.every(fits)) throw invalidParameters(`The value of the parameter ${name} does not match what the document allows.`);
  return value;
}

/** Seconds that the document may run: the longest of its steps. */
export function executionTimeout(content: DocumentContent, parameters: Record<string, string[]>): number {
  return Math.max(...content.mainSteps.map(step => stepTimeout(step, parameters)));
}

function stepTimeout(step: DocumentStep, parameters: Record<string, string[]>): number {
  const text = interpolate(String(step.inputs.timeoutSeconds ?? DEFAULT_EXECUTION_TIMEOUT), parameters);
  const seconds = Number(text);
  // Out of range, the agent takes its default without a word.
  return seconds >= 5 && seconds <= 172_800 ? seconds : DEFAULT_EXECUTION_TIMEOUT;
}

/** What the agent reports of a step that it does not run, which counts as success; undefined when the step runs. */
export function skipped(step: DocumentStep, node: ManagedNode, parameters: Record<string, string[]>): StepResult | undefined {
  const [operand, expected] = step.precondition?.StringEquals ?? [];
  const resolve = (text: string) => text === 'platformType' ? node.platformType : interpolate(text, parameters);
  if (operand !== undefined && resolve(operand) !== resolve(expected)) {
    const precondition = `'"StringEquals": [${operand}, ${expected}]'`;
    return skippedResult(step, `Step execution skipped due to unsatisfied preconditions: ${precondition}. Step name: ${step.name}`);
  }
  if (PLATFORM_OF_ACTION[step.action] === node.platformType) return undefined;
  return skippedResult(step, `Step execution skipped due to unsupported plugin: ${step.action}. Step name: ${step.name}`);
}

function skippedResult(step: DocumentStep, output: string): StepResult {
  return { name: step.name, status: 'Success', responseCode: 0, output };
}

function interpolate(text: string, parameters: Record<string, string[]>): string {
  return text.replace(/\{\{\s*([\w.-]+)\s*\}\}/g, (whole, name: string) => parameters[name]?.join(',') ?? whole);
}

function invalidParameters(message: string): AwsError {
  return new AwsError('InvalidParameters', message);
}

function awsScript(action: DocumentStep['action']): DocumentContent {
  return {
    schemaVersion: '1.2',
    parameters: {
      commands: { type: 'StringList' },
      workingDirectory: { type: 'String', default: '' },
      executionTimeout: { type: 'String', default: '3600', allowedPattern: '([1-9][0-9]{0,4})|(1[0-6][0-9]{4})|(17[0-1][0-9]{3})|(172[0-7][0-9]{2})|(172800)' },
    },
    mainSteps: [{ action, name: action, inputs: { runCommand: ['{{ commands }}'], timeoutSeconds: '{{ executionTimeout }}' } }],
  };
}
