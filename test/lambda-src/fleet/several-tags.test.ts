import { expect, it } from 'vitest';
import { CredentialDocument, MailServerTargets } from '../../../src';
import { Scenario, withFleet } from '../scenario';

const PROD: Record<string, string> = { Role: 'mail', Env: 'prod' };
const OTHERS: Record<string, string>[] = [{ Role: 'mail', Env: 'staging' }, { Role: 'mail' }, { Env: 'prod' }];

it('gives the credential to servers that have all tags, and may give it to no other', async () => {
  const targets = MailServerTargets.tags({ Role: ['mail', 'relay'], Env: ['prod'] });
  const scenario = new Scenario({ props: withFleet({ document: CredentialDocument.postfix() }, targets) });
  const { iam, permissions } = scenario.world;
  [PROD, { ...PROD, Role: 'relay' }, ...OTHERS].forEach((tags, index) => scenario.addNode(`i-0000000${index}`, undefined, tags));
  await scenario.rotateWell();
  const sent = permissions.calls.filter(({ action, resource }) => action === 'ssm:SendCommand' && resource.includes(':instance/'));
  expect(new Set(sent.map(({ resource }) => resource.split('/').at(-1)))).toEqual(new Set(['i-00000000', 'i-00000001']));

  const role = iam.role(scenario.fn.roleArn.split('/').at(-1)!);
  const principal = { arn: role.arn, identityArn: role.arn, account: scenario.world.account, policies: () => [...role.inlinePolicies.values()] };
  const maySendTo = (tags: Record<string, string>) => permissions.isAllowed({
    principal,
    action: 'ssm:SendCommand',
    resource: 'arn:aws:ec2:eu-west-1:111122223333:instance/i-00000002',
    context: Object.fromEntries(Object.entries(tags).map(([key, value]) => [`ssm:resourceTag/${key}`, value])),
  });
  expect([PROD, ...OTHERS].map(maySendTo)).toEqual([true, false, false, false]);
});
