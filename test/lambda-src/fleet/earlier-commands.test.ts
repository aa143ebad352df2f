import { SendCommandCommand, SendCommandCommandInput, SSMClient } from '@aws-sdk/client-ssm';
import { Duration } from 'aws-cdk-lib';
import { beforeEach, describe, expect, it } from 'vitest';
import { CredentialDocument, MailServerTargets } from '../../../src';
import { SimulatedNode } from '../../world/nodes';
import { DocumentOptions } from '../../world/services/ssm-documents';
import { failureOf, Scenario, withFleet } from '../scenario';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** Of somebody else. */
const OTHER_DOCUMENT: DocumentOptions = {
  name: 'UpdateRelay',
  content: {
    schemaVersion: '2.2',
    parameters: { SecretArn: { type: 'String' }, VersionId: { type: 'String' } },
    mainSteps: [{ action: 'aws:runShellScript', name: 'update', inputs: { runCommand: ['true'] } }],
  },
};

let scenario: Scenario;
let node: SimulatedNode;
/** The version of the first rotation, which succeeded. */
let first: string;

beforeEach(async () => setUp(CredentialDocument.postfix()));

async function setUp(document: CredentialDocument): Promise<void> {
  const tagged = MailServerTargets.tag('EmailServers', 'True');
  scenario = new Scenario({ props: withFleet({ document, timeout: Duration.hours(1) }, tagged) });
  scenario.world.ssm.documents.register(OTHER_DOCUMENT);
  node = scenario.addNode('i-00000001');
  first = (await scenario.rotate()).token;
}

/** Something happens just before the first call of an action from now on. */
function before(action: string, happen: () => unknown): void {
  let done = false;
  scenario.world.intercept = async (call, proceed) => {
    if (!done && call.action === action) {
      done = true;
      await happen();
    }
    return proceed();
  };
}

async function messageOf(): Promise<string | undefined> {
  return failureOf(await scenario.rotate())?.message;
}

/** Another invocation, which was held up, gives servers the first version. */
async function sendFirstVersionAgain(): Promise<void> {
  const { input } = scenario.world.calls.find(({ action }) => action === 'SendCommand')!;
  await new SSMClient(scenario.world.clientConfig(scenario.fn.roleArn)).send(new SendCommandCommand(input as unknown as SendCommandCommandInput));
}

/** The server is reached later, and by later commands at once. */
async function sendFirstVersionLate(delay: number): Promise<void> {
  node.startsAfter = delay;
  await sendFirstVersionAgain();
  await scenario.clock.sleep(5000);
  node.startsAfter = 0;
}

function moveLabel(label: string, move: { from?: string; to?: string }): void {
  const { secretsManager } = scenario.world;
  secretsManager.moveLabel(secretsManager.secret(scenario.secretArn), label, move);
}

function labelled(label: string): string {
  return Object.entries(scenario.world.secretsManager.labelsOf(scenario.secretArn)).find(([, labels]) => labels.includes(label))![0];
}

function heldByServer(): string | undefined {
  return node.heldCredential?.username;
}

describe('a push', () => {
  it('waits until a command of an earlier rotation has ended, because it would take the credential away again', async () => {
    await sendFirstVersionLate(10 * MINUTE);
    const begin = scenario.clock.now();
    await scenario.rotateWell();
    expect(scenario.clock.now() - begin).toBeGreaterThan(9 * MINUTE);
    expect(heldByServer()).toBe(scenario.current.username);
    expect(scenario.current.username).not.toBe(scenario.keys[0]);
  });

  it('waits no longer than the function may, and says for what', async () => {
    await sendFirstVersionLate(30 * MINUTE);
    const { id } = scenario.world.ssm.commands.at(-1)!;
    expect(await messageOf()).toMatch(new RegExp(`^setSecret: command ${id} \\(document Mail\\S+\\) of an earlier rotation was still running `
      + 'when the function had to end; wait for the retry, which keeps waiting for it; if it never ends, cancel it in Run Command; '));
    expect(scenario.world.ssm.commands).toHaveLength(2);
  });

  it('goes on after the time that a document takes if the version was given up: a server that is reached later refuses it', async () => {
    await scenario.rotateWell();
    await sendFirstVersionLate(30 * MINUTE);
    const { clock, world } = scenario;
    const begin = clock.now();
    await scenario.rotateWell();
    expect(clock.now() - begin).toBeGreaterThan(6 * MINUTE);
    expect(clock.now() - begin).toBeLessThan(8 * MINUTE);
    await clock.sleep(HOUR);
    expect(world.ssm.commands[2].status).toBe('Failed');
    expect(heldByServer()).toBe(scenario.current.username);
  });

  it('waits for a document of somebody else in any case, as that applies whatever it is told', async () => {
    await setUp(CredentialDocument.existing('UpdateRelay', { secretArnParameter: 'SecretArn', versionIdParameter: 'VersionId' }));
    await scenario.rotateWell();
    await sendFirstVersionLate(30 * MINUTE);
    expect(await messageOf()).toContain('(document UpdateRelay) of an earlier rotation was still running when the function had to end');
  });

  it('does wait if the version that was given up is to be used again', async () => {
    await scenario.rotateWell();
    const second = scenario.current.username;
    await sendFirstVersionLate(30 * MINUTE);
    let calls = 0;
    scenario.world.intercept = async ({ action }, proceed) => {
      // Somebody goes back to the first version while the third one is waiting.
      if (action === 'ListCommands' && ++calls === 5) moveLabel('AWSCURRENT', { from: labelled('AWSCURRENT'), to: first });
      return proceed();
    };
    expect(await messageOf()).toContain('of an earlier rotation was still running when the function had to end');
    expect(heldByServer()).toBe(second);
  });

  it('fails when servers were given another version meanwhile, and gives them its own with the next attempt', async () => {
    before('ListCommandInvocations', sendFirstVersionAgain);
    const message = await messageOf();
    const [, ours, other] = scenario.world.ssm.commands;
    expect(message).toMatch(new RegExp(`^setSecret: command ${other.id} \\(document Mail\\S+\\) gave mail servers another version `
      + `while command ${ours.id} was running; wait for the retry, which gives them this version again, or rotate now; `));
    await scenario.rotateWell();
    expect(heldByServer()).toBe(scenario.current.username);
  });
});
