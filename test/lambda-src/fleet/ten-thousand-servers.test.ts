import { Duration } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { commandIds, EVERYBODY_AT_ONCE, holders, largeFleet } from './large-fleet';
import { MINUTE, SECOND } from '../../../lambda-src/basics/time';
import { failsWith } from '../../world/nodes';
import { afterStep, failureOf, Scenario } from '../scenario';

const PAGES = 200;
const MANY = 50 * PAGES;

/** How often the function called each action. */
function calls({ world }: Scenario): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { action } of world.calls) counts[action] = (counts[action] ?? 0) + 1;
  return counts;
}

describe('a rotation of ten thousand servers', () => {
  it('costs the calls of a hundred and the further pages: none for each server', async () => {
    const costs = [100, MANY].map(async count => {
      const { scenario, nodes } = largeFleet(EVERYBODY_AT_ONCE, count);
      for (const node of nodes) node.startsAfter = 4 * MINUTE;
      await scenario.rotateWell();
      return calls(scenario);
    });
    const [hundred, many] = await Promise.all(costs);
    expect(hundred).toMatchObject({ SendCommand: 1, ListCommandInvocations: 2 });
    expect(many).toEqual({ ...hundred, ListCommandInvocations: PAGES });
  });

  it('reads no page while the command runs', async () => {
    const { scenario, nodes } = largeFleet(EVERYBODY_AT_ONCE, MANY);
    nodes.forEach((node, index) => { node.startsAfter = index / MANY * 4 * MINUTE; });
    await scenario.rotateWell();
    const sentAt = scenario.world.calls.find(({ action }) => action === 'SendCommand')!.at;
    const [firstPage] = scenario.world.calls.filter(({ action }) => action === 'ListCommandInvocations');
    expect(firstPage.at - sentAt).toBeGreaterThan(nodes.at(-1)!.startsAfter);
    expect(calls(scenario).ListCommands).toBeGreaterThan(15);
  });

  it('that takes longer than three invocations is one command, and its pages are read once', async () => {
    const fleet = largeFleet({ timeout: Duration.hours(1) }, MANY);
    for (const node of fleet.nodes) node.startsAfter = 10 * SECOND;
    const { attempts, succeeded } = await fleet.scenario.rotate({ maxAttempts: 3 });
    expect(succeeded).toBe(true);
    expect(attempts).toHaveLength(3);
    // An attempt that ends before the command does looks at one page, for its message.
    expect(calls(fleet.scenario)).toMatchObject({ SendCommand: 1, ListCommandInvocations: PAGES + 2 });
    expect(holders(fleet)).toBe(MANY);
  });

  it('fails when the command has not been to all of them within its timeout and that of the document', async () => {
    const fleet = largeFleet({ timeout: Duration.minutes(5) }, MANY);
    for (const node of fleet.nodes) node.startsAfter = 10 * SECOND;
    const message = failureOf(await fleet.scenario.rotate())?.message;
    const reached = holders(fleet, 'AWSPENDING');
    expect(reached).toBeGreaterThan(10 * 60 / 10 * 49);
    expect(message).toContain(`setSecret: ${MANY - reached} of ${MANY} mail servers did not apply the credential`);
    expect(message).toContain('(DeliveryTimedOut)');
  });

  it('names five of ten thousand that failed, how many there are besides, and the command', async () => {
    const { scenario, nodes } = largeFleet(EVERYBODY_AT_ONCE, MANY);
    for (const node of nodes) node.behaviour = failsWith('disk full');
    const message = failureOf(await scenario.rotate())?.message;
    const named = nodes.slice(0, 5).map(({ instanceId }) => `${instanceId} (Failed)`).join(', ');
    expect(message).toBe(`setSecret: 10000 of 10000 mail servers did not apply the credential with document ${scenario.config.fleets[0].document.name}: `
      + `${named} and 9995 more; look at command ${commandIds(scenario)[0]} in Run Command, fix or remove the servers, and rotate again${afterStep('a-server-did-not-apply-the-credential')}`);
  });
});
