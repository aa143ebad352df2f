import type { CommandExecution, DocumentStep, StepResult } from './managed-node';
import type { NodeBehaviour } from './simulated-node';
import { parseCredential } from './smtp-credential';
import { finished, skipped } from './step-results';
import { APPLIED_MARKER } from '../../../src/private/rotation-contract';
import type { SecretsManager } from '../services/secrets-manager';

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
