import { expect, it } from 'vitest';
import { FLEET, Life, Props } from './life';
import { CredentialDocument, MailServerTargets } from '../../src';
import { SimulatedNode } from '../world/nodes';

const SECOND = 1_000;
const DAY = 86_400 * SECOND;

it('servers that a deployment adds while a rotation is under way have its credential before it becomes current', async () => {
  const both = (): Props => ({ mailServers: [FLEET, { targets: MailServerTargets.tag('Others', 'True'), document: CredentialDocument.shellScript('true') }] });
  const life = new Life();
  const slow = life.addServer('i-00000001');
  await life.create(() => ({ mailServers: [FLEET] }));
  const added = new SimulatedNode({ instanceId: 'i-00000002', tags: { Others: 'True' }, behaviour: life.applies() });
  // Somebody has given it the credential by hand.
  added.heldCredential = { ...slow.heldCredential! };
  life.servers.push(added);
  life.world.ssm.nodes.push(added);
  slow.startsAfter = 120 * SECOND;
  const rotation = life.rotate();
  await life.clock.sleep(60 * SECOND);
  await life.update(both);
  await rotation;
  expect(life.heldKeys).toEqual([life.currentKey, life.currentKey]);
  await life.world.eventRules.pass(3 * DAY);
  expect([...life.refusals]).toEqual([]);
});
