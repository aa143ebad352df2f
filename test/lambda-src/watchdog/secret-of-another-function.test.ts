import { User } from 'aws-cdk-lib/aws-iam';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { beforeEach, describe, expect, it } from 'vitest';
import { Scenario } from '../scenario';

const HOUR = 3_600_000;
const OTHER = 'arn:aws:lambda:eu-west-1:111122223333:function:Green-Function';

let scenario: Scenario;

/** A stack over an imported secret, after two rotations; then another stack takes the secret's rotation over. */
beforeEach(async () => {
  scenario = new Scenario({
    before: world => {
      world.iam.createUser({ name: 'relay' });
      world.setupSecret({ name: 'relay/smtp', value: '{}' });
    },
    props: stack => ({ user: User.fromUserName(stack, 'User', 'relay'), secret: Secret.fromSecretNameV2(stack, 'Secret', 'relay/smtp') }),
  });
  await scenario.rotateWell();
  await scenario.rotateWell();
  Object.assign(scenario.world.secretsManager.secret(scenario.secretArn).rotation!, { lambdaArn: OTHER });
});

describe('a secret that another function rotates', () => {
  it('fails the watchdog, which names the other function', async () => {
    await expect(scenario.watch()).rejects.toThrow(OTHER);
  });

  it('keeps all of its keys, because their grace is a matter of the other function', async () => {
    const keys = scenario.world.iam.keysOf('relay').map(({ accessKeyId, status }) => [accessKeyId, status]);
    await scenario.world.eventRules.pass(72 * HOUR);
    expect(scenario.world.iam.keysOf('relay').map(({ accessKeyId, status }) => [accessKeyId, status])).toEqual(keys);
    expect(scenario.world.eventRules.failures).toHaveLength(72);
  });
});
