import { describe, expect, it, vi } from 'vitest';
import { AccessKeys } from '../../../lambda-src/aws/access-keys';
import { UnreachableError } from '../../../lambda-src/aws/unreachable';
import { CredentialFormat, SmtpEndpoint } from '../../../src';
import { AwsError } from '../../world';
import { afterStep, messageOf, Scenario } from '../scenario';

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
    expect(await messageOf(scenario)).toBe(`createSecret: no access key could be created for user "${scenario.userName}": `
      + 'LimitExceededException: Cannot exceed quota for AccessKeysPerUser: 2; fix what the error names and rotate again, '
      + `or wait for the retry, which deletes or names a key that this attempt may have left behind${afterStep('limitexceeded')}`);
  });
});
