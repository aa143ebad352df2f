import { describe, expect, it } from 'vitest';
import { CredentialDocument, MailServerTargets } from '../../../src';
import { CONFIG_VARIABLE, INITIAL_SECRET_VALUE } from '../../../src/private/rotation-contract';
import { ConnectionLost } from '../../world';
import { failsWith, SimulatedNode } from '../../world/nodes';
import { expectedPassword } from '../../world/services/ses-smtp';
import { afterStep, failureOf, Scenario, seeAlso, withFleet } from '../scenario';

/** Two mail servers, and the promise that no key is deleted that one of them holds. */
class Fleet {
  public readonly scenario = new Scenario({
    props: withFleet({ document: CredentialDocument.postfix() }, MailServerTargets.tag('EmailServers', 'True')),
  });
  public readonly nodes: SimulatedNode[] = [this.scenario.addNode('i-00000001'), this.scenario.addNode('i-00000002')];
  public readonly deleted: string[] = [];

  constructor() {
    this.watch();
  }

  public get held(): (string | undefined)[] {
    return this.nodes.map(node => node.heldCredential?.username);
  }

  /** A rotation that changes the servers and ends before it promotes, and then is cancelled by somebody. */
  public async rotateAndCancel(): Promise<void> {
    const { scenario } = this;
    scenario.world.intercept = async (call, proceed) => {
      if (call.input.VersionStage === 'AWSCURRENT' && call.action === 'UpdateSecretVersionStage') throw new ConnectionLost();
      return proceed();
    };
    const { token } = await scenario.rotate();
    scenario.world.secretsManager.moveLabel(scenario.world.secretsManager.secret(scenario.secretArn), 'AWSPENDING', { from: token });
    this.watch();
  }

  /** Somebody makes a key by hand and puts it into the secret. */
  public editByHand(password?: string): string {
    const { scenario } = this;
    const key = scenario.world.iam.createAccessKey(scenario.userName);
    const credential = { username: key.accessKeyId, password: password ?? expectedPassword(key.secretAccessKey, 'eu-west-1') };
    scenario.world.secretsManager.putByHand(scenario.secretArn, JSON.stringify({ ...scenario.current, ...credential }));
    return key.accessKeyId;
  }

  private watch(): void {
    this.scenario.world.intercept = async (call, proceed) => {
      if (call.action === 'DeleteAccessKey') {
        expect(this.held).not.toContain(call.input.AccessKeyId);
        this.deleted.push(String(call.input.AccessKeyId));
      }
      return proceed();
    };
  }
}

describe('an imported secret, of which no version was delivered yet', () => {
  it('has all versions labelled that a server may hold, the current one last', async () => {
    const { scenario } = new Fleet();
    const { secretsManager } = scenario.world;
    await scenario.rotateWell();
    await scenario.rotateWell();
    const secret = secretsManager.secret(scenario.secretArn);
    const versions = [...secret.versions.values()].filter(({ labels }) => labels.has('AWSPREVIOUS') || labels.has('AWSCURRENT'));
    const [older, newer] = versions.map(({ id }) => id);
    for (const { labels } of versions) [...labels].filter(label => label.startsWith('SES_SMTP_')).forEach(label => labels.delete(label));
    secretsManager.moveLabel(secret, 'AWSCURRENT', { from: newer, to: older });
    const before = scenario.world.calls.length;
    await scenario.rotateWell();
    const labelled = scenario.world.calls.slice(before)
      .filter(({ input }) => String(input.VersionStage).startsWith('SES_SMTP_DELIVERED_') && input.MoveToVersionId);
    expect(labelled.slice(0, 2).map(({ input }) => input.MoveToVersionId)).toEqual([newer, older]);
  });
});

describe('a key that a mail server may hold', () => {
  it('stays after its rotation was cancelled, until every server has confirmed the current one', async () => {
    const fleet = new Fleet();
    await fleet.scenario.rotateWell();
    const [first] = fleet.held;
    await fleet.rotateAndCancel();
    const [second] = fleet.held;
    expect(second).not.toBe(first);
    await fleet.scenario.rotateWell();
    expect(fleet.deleted).toEqual([second]);
    expect(fleet.held).toEqual([fleet.scenario.current.username, fleet.scenario.current.username]);
    expect(fleet.scenario.keys).toEqual([first, fleet.scenario.current.username]);
  });

  it('stays after the secret was edited by hand, until every server has confirmed the edited one', async () => {
    const fleet = new Fleet();
    await fleet.scenario.rotateWell();
    const [first] = fleet.held;
    const edited = fleet.editByHand();
    await fleet.scenario.rotateWell();
    expect(fleet.deleted).toEqual([first]);
    expect(fleet.scenario.keys).toEqual([edited, fleet.scenario.current.username]);
  });

  it('stays while the current credential does not work', async () => {
    const fleet = new Fleet();
    await fleet.scenario.rotateWell();
    const keys = [...fleet.held.slice(0, 1), fleet.editByHand('BMPPgbAHoFVbze1Ud0oA5uNdXRwUXUZ+qOwphGJbl/cS')];
    expect(failureOf(await fleet.scenario.rotate())?.message).toContain('refused the login of access key');
    expect(fleet.scenario.keys).toEqual(keys);
  });

  it('stays while the current credential is for another region, and the message says how to go on', async () => {
    const fleet = new Fleet();
    await fleet.scenario.rotateWell();
    await fleet.rotateAndCancel();
    const { keys, fn, config } = fleet.scenario;
    fn.environment[CONFIG_VARIABLE] = JSON.stringify({ ...config, endpoint: { ...config.endpoint, region: 'eu-north-1' } });
    expect(failureOf(await fleet.scenario.rotate())?.message).toMatch(new RegExp(`^createSecret: mail servers may hold access key ${fleet.held[0]}, `
      + 'and the AWSCURRENT credential cannot replace it: .*; put one that works there by hand; if the endpoint was changed, change it back until a rotation has succeeded'));
    expect(fleet.scenario.keys).toEqual(keys);
  });

  it('is handed over again after CloudFormation put the first value back', async () => {
    const fleet = new Fleet();
    await fleet.scenario.rotateWell();
    const [first] = fleet.held;
    fleet.scenario.world.secretsManager.putByHand(fleet.scenario.secretArn, INITIAL_SECRET_VALUE);
    await fleet.scenario.rotateWell();
    expect(fleet.scenario.keys).toEqual([first, fleet.scenario.current.username]);
    expect(fleet.held).toEqual([fleet.scenario.current.username, fleet.scenario.current.username]);
  });

  it('stays while a server does not take the current credential', async () => {
    const fleet = new Fleet();
    await fleet.scenario.rotateWell();
    await fleet.rotateAndCancel();
    const { keys } = fleet.scenario;
    fleet.nodes[1].behaviour = failsWith('disk full');
    expect(failureOf(await fleet.scenario.rotate())?.message).toMatch(/^createSecret: 1 of 2 mail servers did not apply the credential/);
    expect(fleet.scenario.keys).toEqual(keys);
    fleet.nodes[1].behaviour = fleet.scenario.applies();
    await fleet.scenario.rotateWell();
    expect(fleet.held).toEqual([fleet.scenario.current.username, fleet.scenario.current.username]);
  });

  it('stays while there is no current credential at all, and the message says what to do', async () => {
    const fleet = new Fleet();
    await fleet.rotateAndCancel();
    fleet.nodes[1].behaviour = failsWith('disk full');
    await fleet.rotateAndCancel();
    const { keys } = fleet.scenario;
    expect(failureOf(await fleet.scenario.rotate())?.message).toBe(`createSecret: mail servers may hold access key ${keys[0]}, `
      + 'and AWSCURRENT has no credential in the configured format to give them instead; put one there by hand, '
      + 'or delete the key if no server uses it, then rotate again' + seeAlso('the-current-credential-cannot-replace-another-one'));
    expect(fleet.scenario.keys).toEqual(keys);
  });
});

describe('a delivery', () => {
  it('fails when another invocation took its version for one that no server holds, and marks it again', async () => {
    const { nodes: [node], scenario } = new Fleet();
    await scenario.rotateWell();
    const token = '0000000a-0000-4000-8000-000000000001';
    let done = false;
    scenario.world.intercept = async (call, proceed) => {
      const { secretsManager } = scenario.world;
      if (!done && call.action === 'ListCommandInvocations') {
        done = true;
        secretsManager.moveLabel(secretsManager.secret(scenario.secretArn), `SES_SMTP_DELIVERED_${token}`, { from: token });
      }
      return proceed();
    };
    expect(failureOf(await scenario.rotate({ token }))?.message).toBe(
      `setSecret: another invocation gave mail servers its own version while this one gave them version ${token}; wait for the retry, which gives it to them again`
      + afterStep('rotations-that-met'));
    expect(scenario.value(`SES_SMTP_DELIVERED_${token}`).username).toBe(node.heldCredential?.username);
    await scenario.rotateWell();
    expect(node.heldCredential?.username).toBe(scenario.current.username);
  });
});
