import { Duration } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { commandIds, EVERYBODY_AT_ONCE, holders, largeFleet, SOME } from './large-fleet';
import { MINUTE, SECOND } from '../../../lambda-src/basics/time';
import { AwsError } from '../../world';
import { failsWith } from '../../world/nodes';
import { afterStep, failureOf, Scenario } from '../scenario';

/** Each page takes the SDK nearly four tries of ten seconds, and the pauses between them. */
function slowPages({ world, clock }: Scenario): void {
  world.intercept = async (call, proceed) => {
    if (call.action === 'ListCommandInvocations') await clock.sleep(43 * SECOND);
    return proceed();
  };
}

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
    const { scenario } = largeFleet();
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
