import { invoke } from '../../lambda-src/invocation';
import { CredentialDocument } from '../../src';
import { CommandExecution, StepResult, World } from '../world';
import { applicableVersions, appliesCredential, SimulatedNode } from '../world/nodes';

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
async function applyVersion({ secretsManager }: World, execution: CommandExecution, server: SimulatedNode): Promise<StepResult[]> {
  return appliesCredential(applicableVersions(secretsManager))(execution, server);
}
