import type { DocumentStep, StepResult } from './managed-node';

export const EXIT_DOCUMENT_AS_SUCCESS = 168;
export const EXIT_DOCUMENT_AS_FAILURE = 169;

export function skipped({ name }: DocumentStep, reason: string): StepResult {
  return { name, status: 'Success', responseCode: 0, output: `Step execution skipped due to ${reason}. Step name: ${name}` };
}

export function finished({ name }: DocumentStep, responseCode: number, stdout: string, stderr: string): StepResult {
  if ([0, EXIT_DOCUMENT_AS_SUCCESS].includes(responseCode)) {
    return { name, status: 'Success', responseCode, output: agentOutput(stdout, stderr) };
  }
  const output = agentOutput(stdout, `${stderr}failed to run commands: exit status ${responseCode}`);
  return { name, status: 'Failed', responseCode, output };
}

export function agentOutput(stdout: string, stderr: string): string {
  return stderr === '' ? stdout : `${stdout}\n----------ERROR-------\n${stderr}`;
}
