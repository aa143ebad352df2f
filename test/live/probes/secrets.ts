import { randomUUID } from 'node:crypto';
import { DeleteSecretCommand, DescribeSecretCommand, PutSecretValueCommand, RestoreSecretCommand, UpdateSecretVersionStageCommand } from '@aws-sdk/client-secrets-manager';
import { emptySecretOf, eventLogOf } from '../app/names';
import { Live } from '../live';
import { Step } from '../steps/step';

export const EMPTY_SECRET: Step = {
  name: 'the first version of an empty secret is put as AWSPENDING',
  run: async live => {
    const { VersionStages = [] } = await live.engine.secretsManager.send(new PutSecretValueCommand({
      SecretId: emptySecretOf(live.options), ClientRequestToken: randomUUID(), SecretString: 'first', VersionStages: ['AWSPENDING'],
    }));
    live.find('empty-secret', `outside a rotation, the version has ${[...VersionStages].sort().join(' and ')}`);
  },
};

export const MARKED_FOR_DELETION: Step = {
  name: 'a secret that is marked for deletion is described, and restored',
  run: async live => {
    const { secretsManager } = live.engine;
    const SecretId = await live.one('AWS::SecretsManager::Secret');
    const { id } = await live.current();
    await secretsManager.send(new DeleteSecretCommand({ SecretId, RecoveryWindowInDays: 7 }));
    try {
      const { RotationEnabled } = await secretsManager.send(new DescribeSecretCommand({ SecretId }));
      const change = await outcomeOf(secretsManager.send(new UpdateSecretVersionStageCommand({ SecretId, VersionStage: 'LIVE_TEST', MoveToVersionId: id })));
      live.find('marked-for-deletion', `RotationEnabled is ${String(RotationEnabled)}; a label cannot be moved: ${change}`);
    } finally {
      await secretsManager.send(new RestoreSecretCommand({ SecretId }));
    }
    await live.expectAccepted(await live.current(), 'the credential in the restored secret');
  },
};

/** They are those of all rotations so far. */
export const LABEL_EVENTS: Step = {
  name: 'the events of labels that rotations have moved are counted',
  run: async live => live.find('label-events', await seenLabels(live)),
};

/** What is read of an event. */
interface LabelEvent {
  readonly detail?: { readonly labelUpdated?: string | string[] };
}

async function seenLabels({ engine, options }: Live): Promise<string> {
  const lines = await engine.linesOf(eventLogOf(options));
  const labels = lines.flatMap(({ text }) => (JSON.parse(text) as LabelEvent).detail?.labelUpdated ?? []);
  const kinds = labels.map(label => label.replace(/_\d.*$|_[0-9a-f]{8}-.*$/, '_…'));
  const counts = [...new Set(kinds)].map(kind => `${kind} ${kinds.filter(each => each === kind).length} times`);
  return counts.join(', ') || 'no event came';
}

async function outcomeOf(call: Promise<unknown>): Promise<string> {
  return call.then(() => 'it can', (error: Error) => error.name);
}
