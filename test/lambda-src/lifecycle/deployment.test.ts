import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { describe, expect, it } from 'vitest';
import { CredentialDocument, MailServerTargets } from '../../../src';
import { Scenario, withFleet } from '../scenario';

const SECOND = 1_000;
const TOKEN = '0a1b2c3d-0000-4000-a000-000000000001';
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

it('the deletion of a stack takes the label away before anything else', async () => {
  const scenario = new Scenario();
  await scenario.rotateWell();
  const { secretsManager } = scenario.world;
  const secret = secretsManager.secret(scenario.secretArn);
  secretsManager.moveLabel(secret, LABEL, { to: [...secret.versions.keys()][1] });
  const before = scenario.world.calls.length;
  expect(await scenario.request({ RequestType: 'Delete', PhysicalResourceId: 'made up' })).toMatchObject({ Status: 'SUCCESS' });
  const effects = scenario.world.calls.slice(before).filter(({ action }) => !/^(Describe|Get|List)/.test(action));
  expect(effects[0]).toMatchObject({ action: 'UpdateSecretVersionStage', input: { VersionStage: LABEL } });
});

describe('a deployment that CloudFormation has cancelled', () => {
  /** The next request takes the label away. */
  function cancelAfter(scenario: Scenario, milliseconds: number): void {
    scenario.clock.after(milliseconds, () => {
      const { secretsManager } = scenario.world;
      const secret = secretsManager.secret(scenario.secretArn);
      const from = [...secret.versions.values()].find(version => version.labels.has(LABEL))!.id;
      secretsManager.moveLabel(secret, LABEL, { from });
    });
  }

  it('does not start a rotation', async () => {
    const scenario = new Scenario();
    const start = scenario.clock.now();
    cancelAfter(scenario, 10 * SECOND);
    expect((await scenario.request({ RequestType: 'Create' })).Reason).toContain('CloudFormation has canceled this request');
    expect(scenario.actions).not.toContain('RotateSecret');
    expect(scenario.clock.now() - start).toBeLessThan(30 * SECOND);
  });

  it('takes no further step of the rotation that it attempts', async () => {
    const props = withFleet({ document: CredentialDocument.shellScript('true') }, MailServerTargets.tag('EmailServers', 'True'));
    const scenario = new Scenario({ props });
    scenario.addNode('i-00000001').startsAfter = 60 * SECOND;
    const { secretsManager } = scenario.world;
    secretsManager.createPlaceholder(secretsManager.secret(scenario.secretArn), TOKEN);
    cancelAfter(scenario, 210 * SECOND);
    expect((await scenario.request({ RequestType: 'Create' })).Reason).toContain('waitForRotation: CloudFormation has canceled this request');
    expect(secretsManager.labelsOf(scenario.secretArn)[TOKEN]).toEqual(['AWSPENDING', `SES_SMTP_DELIVERED_${TOKEN}`]);
  });
});
