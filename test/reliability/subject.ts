import { invoke } from '../../lambda-src/invocation';
import { CredentialDocument } from '../../src';
import { APPLIED_MARKER } from '../../src/rotation-contract';
import { CommandExecution, StepResult, World } from '../world';
import { parseCredential, SimulatedNode } from '../world/nodes';

/** A rotation function together with what its mail servers do with a command. */
export interface Subject {
  readonly name: string;
  readonly invoke: typeof invoke;
  readonly document: CredentialDocument;
  readonly apply: (world: World, execution: CommandExecution, server: SimulatedNode) => StepResult[] | Promise<StepResult[]>;
}

const document = CredentialDocument.postfix();

/** This library. */
export const OURS: Subject = { name: 'this library', invoke, document, apply: applyVersion };

/** Reads the version that the command names, as every document of this library does. */
function applyVersion({ secretsManager }: World, { content, parameters }: CommandExecution, server: SimulatedNode): StepResult[] {
  const [[secretArn], [versionId]] = [parameters.SecretArn, parameters.VersionId];
  const version = secretsManager.secret(secretArn).versions.get(versionId);
  const inUse = version?.labels.has('AWSPENDING') || version?.labels.has('AWSCURRENT');
  if (!version?.value?.SecretString || !inUse) return report(content.mainSteps[0].name, 1, 'the version is not to be used');
  server.heldCredential = parseCredential(version.value.SecretString);
  return report(content.mainSteps[0].name, 0, `${APPLIED_MARKER} ${versionId}\n`);
}

function report(name: string, responseCode: number, output: string): StepResult[] {
  return [{ name, status: responseCode === 0 ? 'Success' : 'Failed', responseCode, output }];
}
