import { Duration } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { MINUTE, SECOND } from '../../../lambda-src/basics/time';
import { CredentialDocument, MailServerFleet, MailServerTargets } from '../../../src';
import { AwsError } from '../../world';
import { failsWith, SimulatedNode } from '../../world/nodes';
import { afterStep, failureOf, Scenario, withFleet } from '../scenario';

const PAGES = 200;
const MANY = 50 * PAGES;
/** Enough where it does not matter how many. */
const SOME = 1000;
const EVERYBODY_AT_ONCE = { maxConcurrency: '100%' };

interface LargeFleet {
  readonly scenario: Scenario;
  readonly nodes: SimulatedNode[];
}

function largeFleet(fleet: Partial<MailServerFleet> = EVERYBODY_AT_ONCE, count = SOME): LargeFleet {
  const props = withFleet({ document: CredentialDocument.postfix(), ...fleet }, MailServerTargets.tag('EmailServers', 'True'));
  const scenario = new Scenario({ props });
  const nodes = Array.from({ length: count }, (_, index) => scenario.addNode(`i-${String(index).padStart(17, '0')}`));
  return { scenario, nodes };
}

/** How often the function called each action. */
function calls({ world }: Scenario): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { action } of world.calls) counts[action] = (counts[action] ?? 0) + 1;
  return counts;
}

function commandIds({ world }: Scenario): string[] {
  return world.ssm.commands.map(({ id }) => id);
}

/** How many servers hold the credential that the secret's version with this label has. */
function holders({ scenario, nodes }: LargeFleet, label = 'AWSCURRENT'): number {
  const { username } = scenario.value(label);
  return nodes.filter(({ heldCredential }) => heldCredential?.username === username).length;
}

/** Each page takes the SDK nearly four tries of ten seconds, and the pauses between them. */
function slowPages({ world, clock }: Scenario): void {
  world.intercept = async (call, proceed) => {
    if (call.action === 'ListCommandInvocations') await clock.sleep(43 * SECOND);
    return proceed();
  };
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

describe('minimumTargets', () => {
  it('fails a rotation that one server too few has confirmed', async () => {
    const { scenario } = largeFleet({ ...EVERYBODY_AT_ONCE, minimumTargets: SOME });
    await scenario.rotateWell();
    const { username } = scenario.current;
    scenario.world.ssm.nodes.pop();
    expect(failureOf(await scenario.rotate())?.message).toContain('reached 999 mail servers, at least 1000 must confirm');
    expect(scenario.current.username).toBe(username);
  });
});

describe('maxErrors', () => {
  it.each([['0', 1], ['10', 11], ['1%', 11]])('of %s ends the command at failure %i, and the others are not tried', async (maxErrors, failures) => {
    const { scenario, nodes } = largeFleet({ maxErrors, maxConcurrency: '1' });
    for (const node of nodes) node.behaviour = failsWith('disk full');
    expect(failureOf(await scenario.rotate())?.message).toContain('1000 of 1000 mail servers did not apply the credential');
    expect(nodes.filter(({ executions }) => executions.length > 0)).toHaveLength(failures);
  });

  it('does not hide the servers that failed behind those that were not tried', async () => {
    const { scenario, nodes } = largeFleet({ maxErrors: '1' });
    for (const node of nodes.slice(40, 42)) {
      node.behaviour = failsWith('SES_SMTP_CREDENTIAL_FAILED disk full');
      // So they are the last ones in the list.
      node.appearsAfter = MINUTE;
    }
    const [first, second] = nodes.slice(40).map(({ instanceId }) => `${instanceId} (Failed: disk full)`);
    expect(failureOf(await scenario.rotate())?.message).toContain(`: ${first}, ${second}, ${nodes[51].instanceId} (Terminated), `);
  });
});

describe('the retry', () => {
  it('reaches the servers that failed and those that came meanwhile, with a command to the whole fleet', async () => {
    const fleet = largeFleet();
    const { scenario, nodes } = fleet;
    const broken = nodes.slice(700, 703);
    for (const node of broken) node.behaviour = failsWith('disk full');
    expect(failureOf(await scenario.rotate())?.message).toContain('3 of 1000 mail servers');
    for (const node of broken) node.behaviour = scenario.applies();
    nodes.push(scenario.addNode('i-0000000000000000a'));
    await scenario.rotateWell();
    expect(holders(fleet)).toBe(SOME + 1);
    expect(commandIds(scenario)).toHaveLength(2);
  });

  it('does without a server that was terminated between the command and its end', async () => {
    const fleet = largeFleet({ ...EVERYBODY_AT_ONCE, minimumTargets: SOME - 1 });
    const { scenario, nodes: [leaving] } = fleet;
    scenario.world.intercept = async (call, proceed) => {
      const output = await proceed();
      if (call.action === 'SendCommand') leaving.online = false;
      return output;
    };
    expect(failureOf(await scenario.rotate())?.message).toContain('1 of 1000 mail servers did not apply the credential');
    expect(scenario.logs.at(-1)).toContain(`${leaving.instanceId} (DeliveryTimedOut)`);
    scenario.world.ssm.nodes.shift();
    await scenario.rotateWell();
    expect(holders(fleet)).toBe(SOME - 1);
  });

  it('does not ask a server again that confirmed and has gone', async () => {
    const { scenario } = largeFleet();
    slowPages(scenario);
    await scenario.rotate();
    scenario.world.ssm.nodes.shift();
    scenario.world.intercept = undefined;
    await scenario.rotateWell();
    expect(commandIds(scenario)).toHaveLength(1);
  });
});

describe('the list of earlier commands', () => {
  const isList = ({ action, input }: { action: string; input: Record<string, unknown> }) => action === 'ListCommands' && input.CommandId === undefined;

  it('is read although Systems Manager throttles every other call', async () => {
    const { scenario } = largeFleet();
    let asked = 0;
    scenario.world.intercept = async (call, proceed) => {
      if (isList(call) && ++asked % 2 === 1) throw new AwsError('ThrottlingException', 'Rate exceeded');
      return proceed();
    };
    await scenario.rotateWell();
    expect(asked).toBe(8);
  });

  it.each(['throttled for ever', 'slow'])('that is %s ends with an error before the function does', async how => {
    const { scenario } = largeFleet();
    scenario.world.intercept = async (call, proceed) => {
      if (!isList(call)) return proceed();
      if (how === 'throttled for ever') throw new AwsError('ThrottlingException', 'Rate exceeded');
      await scenario.clock.sleep(5 * MINUTE);
      return { Commands: [], NextToken: 'one more' };
    };
    const start = scenario.clock.now();
    expect(failureOf(await scenario.rotate())?.message).toMatch(
      /^setSecret: the commands by document \S+ could not be read before the function had to end; wait for the retry, which reads them again, or rotate now; /);
    expect(scenario.clock.now() - start).toBeLessThanOrEqual(scenario.fn.timeoutSeconds * SECOND + 5 * MINUTE);
  });
});

describe('the pages of a command', () => {
  it('are read to the end although Systems Manager throttles every other call', async () => {
    const { scenario } = largeFleet(EVERYBODY_AT_ONCE, MANY);
    let asked = 0;
    scenario.world.intercept = async (call, proceed) => {
      if (call.input.CommandId !== undefined && ++asked % 2 === 1) throw new AwsError('ThrottlingException', 'Rate exceeded');
      return proceed();
    };
    await scenario.rotateWell();
    expect(commandIds(scenario)).toHaveLength(1);
  });

  it('are not waited for by the message about a command that goes on', async () => {
    const { scenario, nodes: [slow] } = largeFleet({ timeout: Duration.hours(1) });
    slow.startsAfter = 20 * MINUTE;
    scenario.world.intercept = async (call, proceed) => {
      if (call.action === 'ListCommandInvocations') throw new AwsError('ThrottlingException', 'Rate exceeded');
      return proceed();
    };
    expect(failureOf(await scenario.rotate())?.message).toContain('was still running when the function had to end: no server is listed yet; wait for the retry');
  });

  it.each([
    ['throttled for ever', async () => { throw new AwsError('ThrottlingException', 'Rate exceeded'); }],
    ['slow', undefined],
  ])('that are %s end with an error before the function does', async (_, answer) => {
    const { scenario } = largeFleet();
    slowPages(scenario);
    if (answer) scenario.world.intercept = async (call, proceed) => call.action === 'ListCommandInvocations' ? answer() : proceed();
    const start = scenario.clock.now();
    expect(failureOf(await scenario.rotate())?.message).toBe(
      `setSecret: the answers to command ${commandIds(scenario)[0]} could not be read before the function had to end; wait for the retry, which reads them again, or rotate now${afterStep('run-command-answers-slowly')}`);
    expect(scenario.clock.now() - start).toBeLessThan(scenario.fn.timeoutSeconds * SECOND);
  });
});
