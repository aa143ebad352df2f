import { expect, it } from 'vitest';
import { CONFIG_VARIABLE } from '../../../src/private/rotation-contract';
import { holderOf } from '../../world';
import { Scenario } from '../scenario';

/** A secret with two keys, whose place another one is about to take. */
async function replaced(): Promise<{ scenario: Scenario; update: () => Promise<unknown> }> {
  const scenario = new Scenario();
  await scenario.rotateWell();
  await scenario.rotateWell();
  const SecretArn = scenario.secretArn.replace(/.{6}$/, 'todays');
  scenario.fn.environment[CONFIG_VARIABLE] = JSON.stringify({ ...scenario.config, secretArn: SecretArn });
  const { credentialProperties } = scenario;
  const update = async () => scenario.request({
    RequestType: 'Update',
    PhysicalResourceId: 'the one before',
    ResourceProperties: { ...credentialProperties, SecretArn },
    OldResourceProperties: credentialProperties,
  });
  return { scenario, update };
}

it('deletes the key of a version that is out of use, because the other secret needs its slot', async () => {
  const { scenario, update } = await replaced();
  await update();
  expect(scenario.keys).toEqual([scenario.current.username]);
});

it('takes the label of a deployment away that was to another secret', async () => {
  const { scenario, update } = await replaced();
  const secret = scenario.world.secretsManager.secret(scenario.secretArn);
  scenario.world.secretsManager.moveLabel(secret, 'SES_SMTP_DEPLOYMENT_cancelled', { to: holderOf(secret, 'AWSCURRENT')!.id });
  await update();
  expect([...holderOf(secret, 'AWSCURRENT')!.labels]).toEqual(['AWSCURRENT']);
});

it('leaves a key whose version somebody has put back into use at the last moment', async () => {
  const { scenario, update } = await replaced();
  const { keys, world } = scenario;
  const looks: string[] = [];
  world.intercept = async (call, proceed) => {
    looks.push(call.action);
    const isLast = call.action === 'DescribeSecret' && looks.slice(looks.indexOf('ListAccessKeys')).filter(look => look === call.action).length === 2;
    if (isLast) holderOf(world.secretsManager.secret(scenario.secretArn), 'AWSPREVIOUS')!.labels.add('KEEP');
    return proceed();
  };
  await update();
  expect(scenario.keys).toEqual(keys);
});
