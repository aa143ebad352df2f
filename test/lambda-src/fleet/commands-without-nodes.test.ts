import { beforeEach, describe, expect, it } from 'vitest';
import { CredentialDocument, MailServerTargets } from '../../../src';
import { SimulatedNode } from '../../world/nodes';
import { failureOf, Scenario, withFleet } from '../scenario';

const MINUTE = 60_000;

interface Commands {
  readonly Commands: object[];
}

let scenario: Scenario;
let server: SimulatedNode;

beforeEach(() => {
  const fleet = { document: CredentialDocument.shellScript('true'), minimumTargets: 0 };
  scenario = new Scenario({ props: withFleet(fleet, MailServerTargets.tag('EmailServers', 'True')) });
  server = scenario.addNode('i-00000001');
});

/** Run Command ends commands like this, and has sent them to none of the servers that it counts. */
function commandsEnd(Status: string, StatusDetails: string, TargetCount: number): void {
  const { nodes } = scenario.world.ssm;
  nodes.splice(nodes.indexOf(server), 1);
  scenario.world.intercept = async (call, proceed) => {
    const reply = await proceed();
    if (call.action !== 'ListCommands') return reply;
    const { Commands, ...page } = reply as Commands;
    return { ...page, Commands: Commands.map(command => 'Status' in command && command.Status === 'Success' ? { ...command, Status, StatusDetails, TargetCount } : command) };
  };
}

/** A rotation whose command ends like this: why it fails, and how long it takes. */
async function rotate(...end: Parameters<typeof commandsEnd>): Promise<{ readonly message: string; readonly time: number }> {
  commandsEnd(...end);
  const start = scenario.clock.now();
  const message = failureOf(await scenario.rotate())?.message ?? '';
  return { message, time: scenario.clock.now() - start };
}

const ENDS: [string, string, number][] = [
  ['Failed', 'RateExceeded', 0],
  ['Failed', 'AccessDenied', 0],
  ['Failed', 'Failed', 0],
  ['Cancelled', 'Cancelled', 0],
  ['TimedOut', 'DeliveryTimedOut', 0],
  ['Failed', 'RateExceeded', 1],
  ['Cancelled', 'Cancelled', 1],
];

describe.each(ENDS)('a command that ended as %s (%s) with %i targets before it met a server', (...end) => {
  it('fails the first rotation, which names how it ended', async () => {
    const { message } = await rotate(...end);
    expect(message).toContain(end[1]);
    expect(scenario.current.username).toBe('');
  });

  it('fails a later rotation within minutes, also where minimumTargets is 0, and servers keep a key that works', async () => {
    await scenario.rotateWell();
    const before = scenario.current;
    const { message, time } = await rotate(...end);
    expect(message).toContain(end[1]);
    expect(time).toBeLessThan(5 * MINUTE);
    expect(scenario.current).toEqual(before);
    expect(server.heldCredential?.username).toBe(before.username);
  });
});

describe('a command that ended and lists fewer servers than it counts', () => {
  it('fails the rotation within minutes, and does not say that it is still running', async () => {
    await scenario.rotateWell();
    const { message, time } = await rotate('Success', 'Success', 1);
    expect(message).toMatch(/^setSecret: /);
    expect(message).not.toContain('still running');
    expect(time).toBeLessThan(5 * MINUTE);
    expect(server.heldCredential?.username).toBe(scenario.current.username);
  });
});
