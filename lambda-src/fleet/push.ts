import { Command } from '@aws-sdk/client-ssm';
import { completeVerdict, FleetVerdict, firstUnconfirmed, Pushed, readVerdict } from './answers';
import { Push, sendCommand } from './command';
import { awaitEarlierCommands } from './earlier-commands';
import { CommandReader, OutOfTimeError } from './pages';
import { FleetConfig } from '../../src/private/rotation-contract';
import { hasEnded } from '../aws/run-command';
import { RotationError } from '../basics/errors';
import { BackOff, MINUTE, SECOND } from '../basics/time';
import { Context } from '../context';

/** How long Run Command may take to list the servers of a command that has ended. */
const LISTING_TIME = 2 * MINUTE;

/** Sends every fleet its command before it waits for the first one. */
export async function pushToAll(context: Context, push: Push): Promise<FleetVerdict[]> {
  const sent: [FleetConfig, string][] = [];
  for (const fleet of context.config.fleets) sent.push([fleet, await startPush(context, push, fleet)]);
  const verdicts: FleetVerdict[] = [];
  for (const [fleet, commandId] of sent) {
    const verdict = await awaitPush(context, fleet, push, commandId);
    const { confirmed, failed } = verdict;
    context.log.info('mail servers answered', { commandId, confirmed, failed, targets: confirmed + failed, document: fleet.document.name });
    verdicts.push(verdict);
  }
  return verdicts;
}

/** Sends a fleet its credential, unless an earlier attempt did. Returns the command's id. */
async function startPush(context: Context, push: Push, fleet: FleetConfig): Promise<string> {
  const commandId = await findSent(context, push, fleet);
  if (commandId === undefined) return sendCommand(context, push, fleet);
  context.log.info('found the command of an earlier attempt', { commandId, document: fleet.document.name });
  return commandId;
}

/** The last command that the fleet was sent, if it carries this credential and has succeeded or is running. */
async function findSent(context: Context, push: Push, fleet: FleetConfig): Promise<string | undefined> {
  const command = await awaitEarlierCommands(context, push, fleet);
  if (!command) return undefined;
  const { CommandId, TargetCount } = command;
  if (!hasEnded(command)) return CommandId;
  const { confirmed, failed } = await readVerdict(context, fleet, push, CommandId!);
  const succeeded = failed === 0 && confirmed >= Math.max(TargetCount!, fleet.minimumTargets, 1);
  return succeeded ? CommandId : undefined;
}

/** Waits until Run Command has finished with every node, and judges each node separately. */
export async function awaitPush(reader: CommandReader, fleet: FleetConfig, pushed: Pushed, commandId: string): Promise<FleetVerdict> {
  const command = await awaitEnd(reader, fleet, pushed, commandId);
  return readAnswers(reader, fleet, pushed, command);
}

async function awaitEnd(reader: CommandReader, fleet: FleetConfig, pushed: Pushed, commandId: string): Promise<Command> {
  const { clock, end, random, runCommand } = reader;
  const ended = await new BackOff(clock, random, 2 * SECOND, 15 * SECOND).poll(end, async () => {
    const command = await runCommand.get(commandId);
    return command && hasEnded(command) ? command : undefined;
  });
  if (ended) return ended;
  const unfinished = await firstUnconfirmed(reader, fleet, pushed, commandId);
  throw new OutOfTimeError(`command ${commandId} (document ${fleet.document.name}) was still running when the function had to end: `
    + `${unfinished.join(', ') || 'no server is listed yet'}; wait for the retry, which keeps waiting for this command; if it never ends, cancel it in Run Command and give the fleet a shorter timeout`,
  'a-command-is-still-running');
}

/** A command can end before it reaches a server, with the reason in its status. That is a success only if it found no server. */
async function readAnswers(reader: CommandReader, fleet: FleetConfig, pushed: Pushed, command: Command): Promise<FleetVerdict> {
  const { clock, end, random } = reader;
  const listedBy = clock.now() + LISTING_TIME;
  const backOff = new BackOff(clock, random, 2 * SECOND, 15 * SECOND);
  const verdict = await backOff.poll(Math.min(end, listedBy), async () => completeVerdict(reader, fleet, pushed, command));
  if (verdict && (command.Status === 'Success' || verdict.confirmed + verdict.failed > 0)) return verdict;
  const { CommandId, Status, StatusDetails, TargetCount } = command;
  if (!verdict && listedBy > end) {
    throw new OutOfTimeError(`Run Command did not list all of the ${TargetCount} mail servers of command ${CommandId} before the function had to end; `
      + 'wait for the retry, which reads the list again, or rotate now', 'run-command-answers-slowly');
  }
  const ended = `command ${CommandId} (document ${fleet.document.name}) ended with status ${StatusDetails ?? Status}`;
  throw verdict
    ? new RotationError(`${ended} before it reached a mail server; fix what the status names, and rotate again`, 'a-command-ended-early')
    : new RotationError(`${ended}, and Run Command does not list all of its ${TargetCount} mail servers; wait for the retry, which reads the list again, or rotate now`,
      'run-command-answers-slowly');
}
