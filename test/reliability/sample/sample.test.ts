import { beforeEach, describe, expect, it } from 'vitest';
import { SampleScenario } from './sample-scenario';
import { SECOND } from '../../../lambda-src/basics/time';
import { failureOf } from '../../lambda-src/scenario';
import { ConnectionLost } from '../../world';
import { failsWith, SmtpCredential } from '../../world/nodes';
import { expectedPassword } from '../../world/services/ses-smtp';

const LIMIT_EXCEEDED = 'Cannot exceed quota for AccessKeysPerUser: 2';

let scenario: SampleScenario;

beforeEach(() => {
  scenario = new SampleScenario();
});

describe('the sample, undisturbed', () => {
  it('skips login and push in the first rotation of an empty secret, because the first version becomes AWSCURRENT at once', async () => {
    const node = scenario.addNode('i-00000001');
    await scenario.rotateWell();
    expect(scenario.keys).toEqual([scenario.currentCredential?.username]);
    expect(scenario.ses.logins).toEqual([]);
    expect(scenario.world.ssm.commands).toEqual([]);
    expect(node.heldCredential).toBeUndefined();
  });

  it('gives the mail servers the new credential in the second rotation, and deletes the old key', async () => {
    const nodes = ['i-00000001', 'i-00000002'].map(id => scenario.addNode(id));
    await scenario.rotateWell();
    const old = scenario.currentCredential?.username;
    await scenario.rotateWell();
    const { currentCredential } = scenario;
    expect(currentCredential?.username).not.toBe(old);
    expect(nodes.map(node => node.heldCredential)).toEqual([currentCredential, currentCredential]);
    expect(scenario.keys).toEqual([currentCredential?.username]);
    expect(login(currentCredential)).toMatchObject({ ok: true });
  });

  it('calls AWS in the sample\'s order', async () => {
    scenario.addNode('i-00000001');
    await scenario.rotateWell();
    const before = scenario.actions.length;
    await scenario.rotateWell();
    expect(withEachWaitOnce(scenario.actions.slice(before))).toEqual([
      'DescribeSecret', 'CreateAccessKey', 'PutSecretValue',
      'DescribeSecret',
      'DescribeSecret', 'GetSecretValue',
      'DescribeSecret', 'GetSecretValue', 'DescribeSecret', 'UpdateSecretVersionStage', 'GetSecretValue',
      'SendCommand', 'ListCommandInvocations', 'DeleteAccessKey',
    ]);
  });

  it('waits up to 30 seconds for a new key to propagate', async () => {
    scenario.addNode('i-00000001');
    await scenario.rotateWell();
    scenario.ses.setFaults({ propagationDelay: 29 * SECOND });
    await scenario.rotateWell();
    expect(scenario.ses.logins).toHaveLength(30);
  });
});

describe('the weaknesses of the sample', () => {
  it('promotes the credential before any mail server has it', async () => {
    const node = scenario.addNode('i-00000001');
    await rotateTwice();
    const old = node.heldCredential;
    let currentWhenSending: SmtpCredential | undefined;
    let heldWhenSending: SmtpCredential | undefined;
    scenario.world.intercept = async (call, proceed) => {
      if (call.action === 'SendCommand') {
        currentWhenSending = scenario.currentCredential;
        heldWhenSending = node.heldCredential;
      }
      return proceed();
    };
    await scenario.rotateWell();
    expect(currentWhenSending).toEqual(scenario.currentCredential);
    expect(heldWhenSending).toEqual(old);
    expect(old).not.toEqual(scenario.currentCredential);
  });

  it('never repeats a failed push, and is out of key slots in the next rotation', async () => {
    const node = scenario.addNode('i-00000001');
    await rotateTwice();
    const old = node.heldCredential;
    node.behaviour = failsWith('postmap: fatal: disk full');
    const commands = scenario.world.ssm.commands.length;
    const { attempts, succeeded } = await scenario.rotate({ maxAttempts: 3 });
    expect(attempts.map(attempt => attempt.at(-1)?.error)).toEqual([new Error('i-00000001: Failed'), undefined]);
    expect(succeeded).toBe(true);
    expect(scenario.world.ssm.commands).toHaveLength(commands + 1);
    expect(node.heldCredential).toEqual(old);
    expect(scenario.keys).toEqual([old?.username, scenario.currentCredential?.username]);
    expect(failureOf(await scenario.rotate({ maxAttempts: 3 }))?.message).toBe(LIMIT_EXCEEDED);
  });

  it('is cut off while it waits for a node that is offline, after the promotion', async () => {
    const node = scenario.addNode('i-00000001');
    await rotateTwice();
    const old = node.heldCredential;
    node.online = false;
    const start = scenario.clock.now();
    const outcome = await scenario.rotate();
    expect(failureOf(outcome)?.message).toBe('the task timed out after 75 seconds');
    expect(scenario.clock.now() - start).toBe(75 * SECOND);
    expect(scenario.currentCredential).not.toEqual(old);
    expect(node.heldCredential).toEqual(old);
  });

  it('leaves a key when the reply of CreateAccessKey is lost, and is out of key slots in the rotation after', async () => {
    loseFirstReplyOf('CreateAccessKey');
    const { attempts, succeeded } = await scenario.rotate({ maxAttempts: 2 });
    expect(attempts).toHaveLength(2);
    expect(succeeded).toBe(true);
    const [orphan, ...others] = scenario.keys;
    expect(others).toEqual([scenario.currentCredential?.username]);
    expect(orphan).not.toBe(scenario.currentCredential?.username);
    expect(failureOf(await scenario.rotate({ maxAttempts: 3 }))?.message).toBe(LIMIT_EXCEEDED);
  });

  it('cannot even try again when that reply is lost in a later rotation', async () => {
    scenario.addNode('i-00000001');
    await rotateTwice();
    loseFirstReplyOf('CreateAccessKey');
    const { attempts, succeeded } = await scenario.rotate({ maxAttempts: 3 });
    expect(attempts.slice(1).map(([{ error }]) => (error as Error).message)).toEqual([LIMIT_EXCEEDED, LIMIT_EXCEEDED]);
    expect(succeeded).toBe(false);
  });

  it('keeps the key of a lost reply of PutSecretValue, but deletes the key of a refusal', async () => {
    loseFirstReplyOf('PutSecretValue');
    scenario.world.secretsManager.firstVersionGetsCurrent = false;
    const { attempts } = await scenario.rotate({ maxAttempts: 2 });
    expect(attempts.map(([{ error }]) => (error as Error).message))
      .toEqual(['socket hang up', 'the value was not stored, so the new key was deleted']);
    expect(scenario.keys).toHaveLength(1);
  });

  it('cannot try again when a key took longer than 30 seconds', async () => {
    scenario.addNode('i-00000001');
    await rotateTwice();
    scenario.ses.setFaults({ propagationDelay: 31 * SECOND });
    const { attempts, succeeded } = await scenario.rotate({ maxAttempts: 3 });
    expect(attempts.map(attempt => (attempt.at(-1)?.error as Error).message))
      .toEqual(['the endpoint accepted none of 30 logins', LIMIT_EXCEEDED, LIMIT_EXCEEDED]);
    expect(succeeded).toBe(false);
  });

  it('shows the password to everybody who may list commands', async () => {
    scenario.addNode('i-00000001');
    await rotateTwice();
    const { username, password } = scenario.currentCredential!;
    expect(scenario.world.ssm.commands.at(-1)?.request.parameters).toEqual({ SESUsername: [username], SESPassword: [password] });
    expect(password).toBe(expectedPassword(scenario.world.iam.findAccessKey(username)!.secretAccessKey, 'eu-west-1'));
  });

  it('writes the event with its RotationToken into the log', async () => {
    await scenario.rotateWell();
    expect(scenario.logs[0]).toMatch(/"RotationToken":"\w{64}"/);
  });

  it('does not notice that the 51st mail server failed, and deletes the key that it uses', async () => {
    const nodes = Array.from({ length: 51 }, (_, index) => scenario.addNode(`i-000000${index + 10}`));
    await rotateTwice();
    const last = nodes[50];
    const old = last.heldCredential;
    last.behaviour = failsWith('postmap: fatal: disk full');
    await scenario.rotateWell();
    expect(nodes.slice(0, 50).map(node => node.heldCredential)).toEqual(new Array(50).fill(scenario.currentCredential));
    expect(last.heldCredential).toEqual(old);
    expect(scenario.keys).not.toContain(old?.username);
    expect(login(old)).toMatchObject({ ok: false, code: 535 });
  });

  it('fails every rotation of an empty secret if the first version does not become AWSCURRENT', async () => {
    scenario.world.secretsManager.firstVersionGetsCurrent = false;
    const { attempts, succeeded } = await scenario.rotate({ maxAttempts: 2 });
    expect(attempts.map(attempt => attempt.at(-1))).toMatchObject([
      { step: 'finishSecret', error: { name: 'ResourceNotFoundException' } },
      { step: 'createSecret', error: { message: 'the value was not stored, so the new key was deleted' } },
    ]);
    expect(succeeded).toBe(false);
  });
});

/** The mail servers get a credential in the second rotation. */
async function rotateTwice(): Promise<void> {
  await scenario.rotateWell();
  await scenario.rotateWell();
}

function loseFirstReplyOf(action: string): void {
  scenario.world.intercept = async (call, proceed) => {
    const reply = await proceed();
    if (call.action !== action) return reply;
    scenario.world.intercept = undefined;
    throw new ConnectionLost();
  };
}

function login(credential: SmtpCredential | undefined) {
  return scenario.ses.login(credential?.username ?? '', credential?.password ?? '', { region: 'eu-west-1' });
}

function withEachWaitOnce(actions: string[]): string[] {
  return actions.filter((action, index) => action !== 'ListCommandInvocations' || action !== actions[index - 1]);
}
