import { describe, expect, it } from 'vitest';
import { DefineProps, FLEET, Life } from './life';
import { Secret } from '../world';
import { appliesCredential, NodeBehaviour, SimulatedNode } from '../world/nodes';
import { versionOf } from '../world/services/ssm-documents';

const MINUTE = 60_000;

const withAssociation: DefineProps = () => ({ mailServers: [{ ...FLEET, applyToNewServers: true }] });
const withoutAssociation: DefineProps = () => ({ mailServers: [FLEET] });

/** The version that a document finds by itself: the one that a rotation is giving to servers, or the current one. */
function wantedVersion({ versions }: Secret): string {
  const all = [...versions.values()].map(({ id, labels }) => ({ id, labels: [...labels] }));
  const given = all.find(({ labels }) => labels.includes('AWSPENDING') && labels.some(label => label.startsWith('SES_SMTP_DELIVERED_')));
  return (given ?? all.find(({ labels }) => labels.includes('AWSCURRENT')))!.id;
}

/** As the documents of this library: with the version of a command, or without one, as an association runs them. */
function appliesWanted({ world: { secretsManager } }: Life): NodeBehaviour {
  return appliesCredential((secretArn, versionId) => {
    const secret = secretsManager.secret(secretArn);
    return secret.versions.get(versionId || wantedVersion(secret))!.value!.SecretString!;
  });
}

/** Each association runs on the servers once more, a moment before it is deleted. */
function runAssociationsAtTheirEnd({ servers, world: { ssm, stateManager } }: Life): void {
  const dissociate = stateManager.dissociate.bind(stateManager);
  stateManager.dissociate = association => {
    const { Name: documentName, Parameters: parameters = {} } = association;
    const content = versionOf(ssm.documents.find(documentName), undefined);
    for (const server of servers) void server.run({ commandId: 'association', documentName, content, parameters });
    dissociate(association);
  };
}

function canSend({ ses, world: { region } }: Life, { heldCredential }: SimulatedNode): boolean {
  return ses.login(heldCredential!.username, heldCredential!.password, { region }).ok;
}

describe('a construct with applyToNewServers that gets another id, after a deployment without, as docs/deploying.md says', () => {
  it('leaves no server with a key that is deleted, although the old association runs once more when it is deleted, and half an hour later', async () => {
    const life = new Life();
    const server = life.addServer('i-00000001', appliesWanted(life));
    await life.create(withAssociation);
    runAssociationsAtTheirEnd(life);
    life.world.stateManager.runLater(server, 29 * MINUTE);
    await life.update(withoutAssociation);
    await life.clock.sleep(30 * MINUTE);
    await life.update(withAssociation, 'Renamed');
    await life.world.stateManager.runOn(server);
    expect(life.stack.events.at(-1)).toMatchObject({ status: 'UPDATE_COMPLETE' });
    expect(canSend(life, server)).toBe(true);
    expect([...life.refusals]).toEqual([]);
  });
});
