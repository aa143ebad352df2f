import { User } from 'aws-cdk-lib/aws-iam';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { describe, expect, it, vi } from 'vitest';
import { AccessKeys } from '../../../lambda-src/aws/access-keys';
import { UnreachableError } from '../../../lambda-src/aws/unreachable';
import { CredentialFormat, SmtpEndpoint } from '../../../src';
import { CONFIG_VARIABLE } from '../../../src/private/rotation-contract';
import { AwsError, ConnectionLost, World } from '../../world';
import { failureOf, Scenario, ScenarioOptions, seeAlso } from '../scenario';

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

/** Loses the reply of the first call of an action, or the call itself. */
function loseOnce(world: World, action: string, lost: 'call' | 'reply' = 'reply'): void {
  let done = false;
  world.intercept = async (call, proceed) => {
    if (done || call.action !== action) return proceed();
    done = true;
    if (lost === 'reply') await proceed();
    throw new ConnectionLost();
  };
}

async function messageOf(scenario: Scenario): Promise<string | undefined> {
  return failureOf(await scenario.rotate())?.message;
}

describe('a retry', () => {
  it('uses the value that an earlier attempt stored', async () => {
    const scenario = new Scenario();
    loseOnce(scenario.world, 'UpdateSecretVersionStage', 'call');
    const outcome = await scenario.rotate({ maxAttempts: 2 });
    expect(outcome.attempts.map(steps => steps.length)).toEqual([4, 4]);
    expect(outcome.succeeded).toBe(true);
    expect(scenario.keys).toEqual([scenario.current.username]);
  });

  it('deletes the key that a lost reply of CreateAccessKey left behind, and no other', async () => {
    const scenario = new Scenario();
    await scenario.rotateWell();
    const [first] = scenario.keys;
    loseOnce(scenario.world, 'CreateAccessKey');
    const outcome = await scenario.rotate({ maxAttempts: 2 });
    expect(failureOf(outcome)).toBeUndefined();
    expect(scenario.keys).toEqual([first, scenario.current.username]);
  });

  it('uses a value whose acknowledgement was lost', async () => {
    const scenario = new Scenario();
    loseOnce(scenario.world, 'PutSecretValue');
    await scenario.rotateWell();
    expect(scenario.keys).toEqual([scenario.current.username]);
  });

  it('follows on a value that could not be stored, whose key was deleted', async () => {
    const scenario = new Scenario();
    loseOnce(scenario.world, 'PutSecretValue', 'call');
    expect(await messageOf(scenario)).toMatch(/^createSecret: the credential of access key AKIA\w+ could not be stored as version .*; the key was deleted/);
    expect(scenario.keys).toEqual([]);
    await scenario.rotateWell();
    expect(scenario.keys).toEqual([scenario.current.username]);
  });

  it('removes the key that a caller at the same time left behind', async () => {
    const scenario = new Scenario();
    loseOnce(scenario.world, 'GetSecretValue', 'call');
    const outcome = await scenario.rotate();
    const stray = scenario.world.iam.createAccessKey(scenario.userName);
    scenario.world.intercept = undefined;
    await scenario.invoke('createSecret', outcome.token);
    expect(scenario.keys).not.toContain(stray.accessKeyId);
    await scenario.rotateWell();
    expect(scenario.keys).toEqual([scenario.current.username]);
  });

  it('finds nothing to do when the rotation has finished', async () => {
    const scenario = new Scenario();
    const { token } = await scenario.rotate();
    const before = [scenario.keys, scenario.current];
    for (const step of ['createSecret', 'setSecret', 'testSecret', 'finishSecret']) await scenario.invoke(step, token);
    expect([scenario.keys, scenario.current]).toEqual(before);
  });
});

describe('two callers with the same token', () => {
  it('end with one credential and one key', async () => {
    const scenario = new Scenario();
    loseOnce(scenario.world, 'DescribeSecret', 'call');
    const { token } = await scenario.rotate();
    scenario.world.intercept = undefined;
    const results = await Promise.allSettled([scenario.invoke('createSecret', token), scenario.invoke('createSecret', token)]);
    expect(results.some(({ status }) => status === 'fulfilled')).toBe(true);
    await scenario.rotateWell();
    expect(scenario.keys).toContain(scenario.current.username);
    await scenario.rotateWell();
    expect(scenario.keys).toContain(scenario.current.username);
    expect(scenario.keys).toHaveLength(2);
  });
});

describe('a pending version that can never work', () => {
  async function stuck(options?: ScenarioOptions): Promise<Scenario> {
    const scenario = new Scenario(options);
    await scenario.rotateWell();
    loseOnce(scenario.world, 'UpdateSecretVersionStage', 'call');
    await scenario.rotate();
    scenario.world.intercept = undefined;
    return scenario;
  }

  it('is given up when its key was deleted by hand, and the next rotation starts clean', async () => {
    const scenario = await stuck();
    const { username } = scenario.value('AWSPENDING');
    scenario.world.iam.deleteAccessKey(scenario.userName, String(username));
    expect(await messageOf(scenario)).toMatch(new RegExp(`^createSecret: version .* was given up and is no longer AWSPENDING: its access key ${username} no longer exists`));
    expect(scenario.world.secretsManager.valueOf(scenario.secretArn, 'AWSPENDING')).toBeUndefined();
    await scenario.rotateWell();
    expect(scenario.keys).toContain(scenario.current.username);
  });

  it('is given up with its key when somebody deactivated that', async () => {
    const scenario = await stuck();
    const { username } = scenario.value('AWSPENDING');
    scenario.world.iam.updateAccessKey(scenario.userName, String(username), 'Inactive');
    expect(await messageOf(scenario)).toContain(`its access key ${username} is inactive`);
    expect(scenario.keys).toEqual([scenario.current.username]);
  });

  it('is given up when it was made for another endpoint', async () => {
    const scenario = await stuck();
    scenario.fn.environment[CONFIG_VARIABLE] = JSON.stringify({
      ...scenario.config, endpoint: { ...scenario.config.endpoint, host: 'email-smtp.eu-north-1.amazonaws.com', region: 'eu-north-1' },
    });
    expect(await messageOf(scenario)).toContain('it was not made for eu-north-1');
    await scenario.rotateWell();
    expect(scenario.current.region).toBe('eu-north-1');
  });

  it('is given up when it is not in the configured format', async () => {
    const scenario = await stuck();
    scenario.fn.environment[CONFIG_VARIABLE] = JSON.stringify({ ...scenario.config, format: {} });
    expect(await messageOf(scenario)).toContain('its value is not a credential in the configured format');
    await scenario.rotateWell();
    expect(scenario.world.secretsManager.valueOf(scenario.secretArn)).toMatch(/^AKIA\w+:B/);
  });

  it('is kept, and said to be current, when its key was deleted after it was promoted', async () => {
    const scenario = new Scenario();
    const { token } = await scenario.rotate();
    scenario.world.iam.deleteAccessKey(scenario.userName, scenario.keys[0]);
    await expect(scenario.invoke('createSecret', token)).rejects.toThrow('is AWSCURRENT and cannot work: its access key');
    expect(scenario.world.secretsManager.valueOf(scenario.secretArn)).toBeDefined();
  });

  it('is not taken for one while IAM does not list its key yet', async () => {
    const scenario = new Scenario();
    loseOnce(scenario.world, 'UpdateSecretVersionStage', 'call');
    scenario.world.iam.listingDelay = 5_000;
    await scenario.rotateWell({ maxAttempts: 2, retryDelay: 0 });
    expect(scenario.keys).toEqual([scenario.current.username]);
  });
});

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
    expect(message).toBe(`createSecret: both access keys of user "relay" are taken, and no version of this secret refers to ${accessKeyId}, `
      + `so it is not ours to delete; if nothing uses it: aws iam delete-access-key --user-name relay --access-key-id ${accessKeyId}`
      + seeAlso('stray-key'));
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
    expect(await messageOf(scenario)).toMatch(/^createSecret: version .* has a staging label and no value that can be read/);
    expect(scenario.keys).toEqual(before);
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
    expect(await messageOf(scenario)).toContain(`no version of this secret refers to ${before[0]}, so it is not ours to delete`);
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

describe('a left-over', () => {
  it('is no longer one when another caller has stored it meanwhile', async () => {
    const scenario = new Scenario();
    await scenario.rotateWell();
    loseOnce(scenario.world, 'PutSecretValue', 'call');
    let stored = '';
    const lose = scenario.world.intercept;
    scenario.world.intercept = async (call, proceed) => {
      const output = await lose?.(call, proceed);
      if (call.action === 'CreateAccessKey') stored = scenario.keys.at(-1) ?? '';
      if (call.action === 'PutSecretValue') scenario.world.intercept = undefined;
      return output;
    };
    await scenario.rotate();
    const { token } = scenario.world.rotation.outcomes.at(-1) ?? { token: '' };
    const key = scenario.world.iam.createAccessKey(scenario.userName);
    expect(stored).not.toBe(key.accessKeyId);
    let reads = 0;
    scenario.world.intercept = async (call, proceed) => {
      if (call.input.VersionId === token && ++reads === 2) {
        const secret = scenario.world.secretsManager.secret(scenario.secretArn);
        scenario.world.secretsManager.putValue(secret, token, { SecretString: JSON.stringify({ username: key.accessKeyId }) }, ['AWSPENDING']);
      }
      return proceed();
    };
    await scenario.invoke('createSecret', token).catch(() => undefined);
    expect(scenario.keys).toContain(key.accessKeyId);
  });

  it('is none while a delivered version cannot be read', async () => {
    const scenario = new Scenario();
    loseOnce(scenario.world, 'UpdateSecretVersionStage', 'call');
    const { token } = await scenario.rotate();
    const { username } = scenario.value('AWSPENDING');
    const secret = scenario.world.secretsManager.secret(scenario.secretArn);
    scenario.world.secretsManager.moveLabel(secret, `SES_SMTP_DELIVERED_${token}`, { to: token });
    scenario.world.intercept = async (call, proceed) => {
      if (call.input.VersionId === token) throw new AwsError('ResourceNotFoundException', "Secrets Manager can't find the specified secret value");
      return proceed();
    };
    expect(await messageOf(scenario)).toContain(`version ${token} has a staging label and no value that can be read`);
    expect(scenario.keys).toContain(username);
  });
});

describe('the new value', () => {
  it('keeps the fields that somebody added', async () => {
    const scenario = new Scenario();
    await scenario.rotateWell();
    scenario.world.secretsManager.putByHand(scenario.secretArn, JSON.stringify({ ...scenario.current, from: 'news@example.com' }));
    await scenario.rotateWell();
    expect(scenario.current).toMatchObject({ from: 'news@example.com', username: scenario.keys.at(-1) });
  });

  it('is derived for the endpoint\'s region', async () => {
    const scenario = new Scenario({ props: () => ({ endpoint: SmtpEndpoint.regional({ region: 'us-west-2' }) }) });
    await scenario.rotateWell();
    const { username, password } = scenario.current as Record<string, string>;
    expect(scenario.ses.login(username, password, { region: 'us-west-2' }).ok).toBe(true);
    expect(scenario.ses.login(username, password, { region: 'eu-west-1' }).ok).toBe(false);
  });

  it('has the configured fields only', async () => {
    const scenario = new Scenario({ props: () => ({ credentialFormat: CredentialFormat.json({ fields: { username: 'user', password: 'pass' } }) }) });
    await scenario.rotateWell();
    expect(Object.keys(scenario.current)).toEqual(['user', 'pass']);
  });
});

describe('a slot that IAM does not know to be free yet', () => {
  it('is waited for', async () => {
    const scenario = new Scenario();
    let refusals = 2;
    scenario.world.intercept = async (call, proceed) => {
      if (call.action === 'CreateAccessKey' && refusals-- > 0) throw new AwsError('LimitExceededException', 'Cannot exceed quota', 409);
      return proceed();
    };
    await scenario.rotateWell();
    expect(scenario.keys).toEqual([scenario.current.username]);
  });

  it('is asked for again when no connection came about, because IAM made none', async () => {
    const scenario = new Scenario();
    const create = vi.spyOn(AccessKeys.prototype, 'create').mockRejectedValueOnce(new UnreachableError('iam.amazonaws.com:443 cannot be reached', 'endpoint-unreachable'));
    await scenario.rotateWell();
    expect(create).toHaveBeenCalledTimes(2);
    expect(scenario.keys).toEqual([scenario.current.username]);
    create.mockRestore();
  });
});

describe('a failure of IAM', () => {
  it('is reported with the user and what happens next', async () => {
    const scenario = new Scenario();
    scenario.world.intercept = async (call, proceed) => {
      if (call.action === 'CreateAccessKey') throw new AwsError('LimitExceededException', 'Cannot exceed quota for AccessKeysPerUser: 2', 409);
      return proceed();
    };
    expect(await messageOf(scenario)).toBe(`createSecret: no access key could be made for user "${scenario.userName}": `
      + 'LimitExceededException: Cannot exceed quota for AccessKeysPerUser: 2; the next attempt removes what this one may have left behind'
      + seeAlso('limitexceeded'));
  });
});
