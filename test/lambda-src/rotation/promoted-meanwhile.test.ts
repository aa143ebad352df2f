import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, it } from 'vitest';
import { FLEET, Life } from '../../lifecycle/life';
import { AwsError, holderOf, World } from '../../world';
import { Scenario } from '../scenario';

const SECOND = 1_000;

/** Another invocation with the same token was a moment faster. */
function promote({ secretsManager }: World, secretArn: string, token: string): void {
  const secret = secretsManager.secret(secretArn);
  secretsManager.moveLabel(secret, 'AWSCURRENT', { to: token, from: holderOf(secret, 'AWSCURRENT')!.id });
}

describe('finishSecret', () => {
  it('succeeds if another invocation promotes its version after it has looked at the labels', async () => {
    const scenario = new Scenario();
    await scenario.rotateWell();
    scenario.world.intercept = async (call, proceed) => {
      const { MoveToVersionId: token, VersionStage } = call.input;
      if (VersionStage === 'AWSCURRENT') promote(scenario.world, scenario.secretArn, String(token));
      return proceed();
    };
    await scenario.rotateWell();
    expect(scenario.keys).toEqual([scenario.value('AWSPREVIOUS').username, scenario.current.username]);
  });

  it('fails if AWSCURRENT could not be moved and is not on its version', async () => {
    const scenario = new Scenario();
    await scenario.rotateWell();
    const before = scenario.world.secretsManager.labelsOf(scenario.secretArn);
    scenario.world.intercept = async (call, proceed) => {
      if (call.input.VersionStage === 'AWSCURRENT') throw new AwsError('InvalidParameterException', 'AWSCURRENT is not attached to that version');
      return proceed();
    };
    const { attempts, succeeded } = await scenario.rotate();
    expect(succeeded).toBe(false);
    expect(attempts.at(-1)!.at(-1)!.step).toBe('finishSecret');
    expect(scenario.world.secretsManager.labelsOf(scenario.secretArn)).toMatchObject(before);
  });
});

describe('a deployment whose first rotation takes more than three minutes', () => {
  it('succeeds if Secrets Manager promotes the credential just before the deployment does', async () => {
    const life = new Life();
    life.addServer('i-00000001');
    life.ses.setFaults({ propagationDelay: 200 * SECOND });
    const caller = new AsyncLocalStorage<object>();
    const invoke = life.world.functionInvoker!;
    life.world.functionInvoker = async (fn, event) => caller.run(event as object, async () => invoke(fn, event));
    life.world.intercept = async (call, proceed) => {
      const { MoveToVersionId: token, SecretId, VersionStage } = call.input;
      if (VersionStage !== 'AWSCURRENT') return proceed();
      if ('RequestType' in caller.getStore()!) promote(life.world, String(SecretId), String(token));
      else await life.clock.sleep(60 * SECOND);
      return proceed();
    };
    await life.create(() => ({ mailServers: [FLEET] }));
    const [{ username, password }] = life.servers.map(({ heldCredential }) => heldCredential!);
    expect(username).toBe(life.currentKey);
    expect(life.ses.login(username, password, { region: life.world.region }).ok).toBe(true);
  });
});
