import { expect, it } from 'vitest';
import { appliesCredential, failsWith, skipsEveryStep, takesCredentialFromParameters } from './behaviours';
import type { CommandExecution, DocumentContent } from './managed-node';
import { SimulatedNode } from './simulated-node';
import { APPLIED_MARKER } from '../../../src/private/rotation-contract';

const push = command({ SecretArn: ['arn'], VersionId: ['v2'] });
const readSecret = async (arn: string, versionId: string) => JSON.stringify({ username: `AKIA-${versionId}`, password: arn });

function command(parameters: Record<string, string[]>): CommandExecution {
  const content: DocumentContent = { schemaVersion: '2.2', mainSteps: [{ action: 'aws:runShellScript', name: 'apply', inputs: { runCommand: [] } }] };
  return { commandId: '11111111-2222-3333-4444-555555555555', documentName: 'document', content, parameters };
}

it('holds and confirms the version that it has read', async () => {
  const node = new SimulatedNode({ instanceId: 'mi-1', behaviour: appliesCredential(readSecret) });
  expect(await node.run(push)).toEqual([
    { name: 'apply', status: 'Success', responseCode: 0, output: `${APPLIED_MARKER} v2\n` },
  ]);
  expect(node.heldCredential).toEqual({ username: 'AKIA-v2', password: 'arn' });
  expect(node.appliedVersions).toEqual(['v2']);
});

it('understands a secret of the form username:password', async () => {
  const node = new SimulatedNode({ instanceId: 'mi-1', behaviour: appliesCredential(() => 'AKIA1:pass') });
  await node.run(push);
  expect(node.heldCredential).toEqual({ username: 'AKIA1', password: 'pass' });
});

it('takes the names of the parameters from the test', async () => {
  const behaviour = appliesCredential(readSecret, { secretArn: 'Arn', versionId: 'Version' });
  const node = new SimulatedNode({ instanceId: 'mi-1', behaviour });
  await node.run(command({ Arn: ['arn'], Version: ['v3'] }));
  expect(node.appliedVersions).toEqual(['v3']);
});

it('fails and keeps its credential when it may not read the secret', async () => {
  const node = new SimulatedNode({ instanceId: 'mi-1', behaviour: appliesCredential(readSecret) });
  await node.run(push);
  node.behaviour = appliesCredential(() => { throw new Error('AccessDeniedException'); });
  expect(await node.run(push)).toMatchObject([{ status: 'Failed', responseCode: 254, output: expect.stringContaining('AccessDeniedException') }]);
  expect(node.heldCredential?.username).toBe('AKIA-v2');
  expect(node.appliedVersions).toEqual(['v2']);
});

it('fails as told', async () => {
  const node = new SimulatedNode({ instanceId: 'mi-1', behaviour: failsWith('postmap: fatal', 75) });
  expect(await node.run(push)).toMatchObject([{ status: 'Failed', responseCode: 75, output: expect.stringContaining('postmap: fatal') }]);
  expect(node.heldCredential).toBeUndefined();
});

it('skips every step with success and without the marker', async () => {
  const node = new SimulatedNode({ instanceId: 'mi-1', platformType: 'Windows', behaviour: skipsEveryStep() });
  const [result] = await node.run(push);
  expect(result).toMatchObject({ status: 'Success', responseCode: 0 });
  expect(result.output).not.toContain(APPLIED_MARKER);
});

it('takes the credential out of a command that carries it', async () => {
  const node = new SimulatedNode({ instanceId: 'mi-1', behaviour: takesCredentialFromParameters() });
  await node.run(command({ SESUsername: ['AKIA9'], SESPassword: ['pass'] }));
  expect(node.heldCredential).toEqual({ username: 'AKIA9', password: 'pass' });
});

it('is online and prompt unless told otherwise', () => {
  const node = new SimulatedNode({ instanceId: 'i-1', behaviour: skipsEveryStep(), online: false, startsAfter: 5 });
  expect(node).toMatchObject({ platformType: 'Linux', tags: {}, resourceGroups: [], online: false, appearsAfter: 0, startsAfter: 5 });
});
