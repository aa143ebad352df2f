import { User } from 'aws-cdk-lib/aws-iam';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { describe, expect, it } from 'vitest';
import { CONFIG_VARIABLE } from '../../../src/private/rotation-contract';
import { AwsError } from '../../world';
import { afterStep, messageOf, Scenario, ScenarioOptions } from '../scenario';

/** A user and an empty secret that somebody made before the stack. */
const imported: ScenarioOptions = {
  before: world => {
    world.iam.createUser({ name: 'relay' });
    world.setupSecret({ name: 'relay/smtp' });
  },
  props: stack => ({
    user: User.fromUserName(stack, 'User', 'relay'),
    secret: Secret.fromSecretNameV2(stack, 'Secret', 'relay/smtp'),
  }),
};

describe('an imported user', () => {
  it('gets a credential into an empty secret, whichever label AWS gives the first version', async () => {
    for (const firstVersionGetsCurrent of [true, false]) {
      const scenario = new Scenario({
        ...imported,
        before: world => {
          imported.before?.(world);
          world.secretsManager.firstVersionGetsCurrent = firstVersionGetsCurrent;
        },
      });
      await scenario.rotateWell();
      expect(scenario.keys).toEqual([scenario.current.username]);
      await scenario.rotateWell();
      expect(scenario.keys).toEqual([scenario.value('AWSPREVIOUS').username, scenario.current.username]);
    }
  });

  it('keeps a key that is not ours: the rotation stops once the slot is needed, names it, and says what to do', async () => {
    const scenario = new Scenario(imported);
    const { accessKeyId } = scenario.world.iam.createAccessKey('relay');
    await scenario.rotateWell();
    const message = await messageOf(scenario);
    expect(message).toBe(`createSecret: user "relay" has two access keys already, and no version of this secret refers to ${accessKeyId}, `
      + `so the function does not delete it; if nothing uses it, delete it and rotate again: aws iam delete-access-key --user-name relay --access-key-id ${accessKeyId}`
      + afterStep('stray-key'));
    expect(scenario.keys).toContain(accessKeyId);
    scenario.world.iam.deleteAccessKey('relay', accessKeyId);
    await scenario.rotateWell();
    expect(scenario.keys).toContain(scenario.current.username);
  });
});

describe('the key that is freed', () => {
  it('is never one that a version with another label refers to', async () => {
    const scenario = new Scenario();
    await scenario.rotateWell();
    const { world, secretArn } = scenario;
    const secret = world.secretsManager.secret(secretArn);
    const [kept] = [...secret.versions.values()].filter(version => version.labels.has('AWSCURRENT'));
    kept.labels.add('KEEP');
    const [first] = scenario.keys;
    await scenario.rotateWell();
    expect(await messageOf(scenario)).toMatch(/^createSecret: both access keys of user ".*" \(AKIA\w+, AKIA\w+\) are in use by this secret/);
    expect(scenario.keys).toContain(first);
  });

  it('is never the current one after somebody edited the secret into another format', async () => {
    const scenario = new Scenario();
    await scenario.rotateWell();
    const { username, password } = scenario.current;
    scenario.world.secretsManager.putByHand(scenario.secretArn, `edited by hand: ${username} / ${password}`);
    await scenario.rotateWell();
    expect(scenario.keys).toContain(username);
  });

  it('is none while a labelled version cannot be read', async () => {
    const scenario = new Scenario();
    await scenario.rotateWell();
    const before = scenario.keys;
    let reads = 0;
    scenario.world.intercept = async (call, proceed) => {
      if (call.action !== 'GetSecretValue' || ++reads < 2) return proceed();
      throw new AwsError('ResourceNotFoundException', "Secrets Manager can't find the specified secret value");
    };
    expect(await messageOf(scenario)).toMatch(/^createSecret: version .* has a staging label, but its value cannot be read/);
    expect(scenario.keys).toEqual(before);
  });

  it('is not one that became current meanwhile', async () => {
    const scenario = new Scenario();
    const { token: first } = await scenario.rotate();
    const { token: second } = await scenario.rotate();
    const { keys } = scenario;
    const { secretsManager } = scenario.world;
    scenario.world.intercept = async (call, proceed) => {
      if (call.input.VersionStage === 'AWSCURRENT') {
        secretsManager.moveLabel(secretsManager.secret(scenario.secretArn), 'AWSCURRENT', { from: second, to: first });
      }
      return proceed();
    };
    expect(await messageOf(scenario)).toBe(`createSecret: access key ${keys[0]} became AWSCURRENT just before it would have been deleted, `
      + `so it was kept; wait for the retry, which checks again${afterStep('rotations-that-met')}`);
    expect(scenario.keys).toEqual(keys);
  });
});

describe('a left-over', () => {
  it('stays if somebody made it the current key meanwhile', async () => {
    const scenario = new Scenario();
    await scenario.rotateWell();
    const { accessKeyId } = scenario.world.iam.createAccessKey(scenario.userName);
    let reads = 0;
    scenario.world.intercept = async (call, proceed) => {
      if (call.input.VersionStage === 'AWSCURRENT' && ++reads === 1) {
        scenario.world.secretsManager.putByHand(scenario.secretArn, JSON.stringify({ ...scenario.current, username: accessKeyId }));
      }
      return proceed();
    };
    expect(await messageOf(scenario)).toContain(`access key ${accessKeyId} became AWSCURRENT just before it would have been deleted`);
    expect(scenario.keys).toContain(accessKeyId);
  });
});

describe('a key from before the secret', () => {
  it('is not taken for a left-over: another secret may refer to it', async () => {
    const scenario = new Scenario({
      before: world => {
        world.iam.createUser({ name: 'relay' });
        world.iam.createAccessKey('relay');
        world.iam.createAccessKey('relay');
      },
      props: stack => ({ user: User.fromUserName(stack, 'User', 'relay') }),
    });
    const before = scenario.keys;
    scenario.fn.environment[CONFIG_VARIABLE] = JSON.stringify({ ...scenario.config, user: { name: 'relay', owned: true } });
    Object.assign(scenario.world.secretsManager.secret(scenario.secretArn), { createdDate: scenario.clock.now() + 1000 });
    expect(await messageOf(scenario)).toContain(`no version of this secret refers to ${before[0]}, so the function does not delete it`);
    expect(scenario.keys).toEqual(before);
  });

  it('is unknown where Secrets Manager does not tell the date', async () => {
    const scenario = new Scenario();
    const stray = scenario.world.iam.createAccessKey(scenario.userName);
    scenario.world.intercept = async (call, proceed) => {
      const output = await proceed();
      return call.action === 'DescribeSecret' ? { ...output as object, CreatedDate: undefined } : output;
    };
    await scenario.rotateWell();
    expect(scenario.keys).not.toContain(stray.accessKeyId);
  });
});
