import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { expect, it } from 'vitest';
import { Scenario } from '../scenario';

const LABEL = 'SES_SMTP_DEPLOYMENT_request';

function labels({ secretArn, world }: Scenario): string[] {
  return Object.values(world.secretsManager.labelsOf(secretArn)).flat();
}

it('the secret has a label of the request as long as CloudFormation waits, which is then taken away', async () => {
  const scenario = new Scenario();
  const seen: string[][] = [];
  scenario.clock.after(20_000, () => { seen.push(labels(scenario)); });
  expect(await scenario.request({ RequestType: 'Create' })).toMatchObject({ Status: 'SUCCESS' });
  expect(seen).toEqual([['AWSCURRENT', LABEL]]);
  expect(labels(scenario)).toEqual(['AWSPREVIOUS', 'AWSCURRENT']);
});

it('a request takes the label away that a crash has left', async () => {
  const scenario = new Scenario();
  await scenario.rotateWell();
  const { secretsManager } = scenario.world;
  const secret = secretsManager.secret(scenario.secretArn);
  secretsManager.moveLabel(secret, 'SES_SMTP_DEPLOYMENT_lost', { to: [...secret.versions.keys()][0] });
  expect(await scenario.request({ RequestType: 'Create' })).toMatchObject({ Status: 'SUCCESS' });
  expect(labels(scenario)).toEqual(['AWSPREVIOUS', 'AWSCURRENT']);
});

it('an imported secret without a value gets no label, and a credential all the same', async () => {
  const scenario = new Scenario({
    before: world => { world.setupSecret({ name: 'smtp' }); },
    props: stack => ({ secret: Secret.fromSecretNameV2(stack, 'Secret', 'smtp') }),
  });
  expect(await scenario.request({ RequestType: 'Create' })).toMatchObject({ Status: 'SUCCESS' });
  expect(scenario.keys).toEqual([scenario.current.username]);
  expect(scenario.world.calls.filter(({ input }) => String(input.VersionStage).startsWith('SES_SMTP_DEPLOYMENT_'))).toEqual([]);
});
