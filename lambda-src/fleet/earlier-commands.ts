import { Command } from '@aws-sdk/client-ssm';
import { commentFor, commentStart, Push, versionIn } from './command';
import { readPage } from './pages';
import { DOCUMENT_TIMEOUT, FleetConfig } from '../../src/private/rotation-contract';
import { hasEnded, requestedAt } from '../aws/run-command';
import { RotationError } from '../basics/errors';
import { BackOff, DAY, MINUTE, SECOND } from '../basics/time';
import { Context } from '../context';
import { isAppliedByServers, labelledIn } from '../secret/labels';

/** How long a server may still see a version's former labels. */
const STALENESS = MINUTE;

/**
 * Waits until no command with another version can reach a server, because after our own command it would take the credential
 * away again. Commands before an own one were waited for at that time. Returns our own command if it was the last one sent.
 */
export async function awaitEarlierCommands(context: Context, push: Push, fleet: FleetConfig): Promise<Command | undefined> {
  const backOff = new BackOff(context.clock, context.random, 2 * SECOND, 15 * SECOND);
  for (;;) {
    const commands = await recentCommands(context, push, fleet);
    const ours = lastWith(commentFor(push, fleet), commands);
    const others = commands.filter(command => isOther(push, command, ours));
    const running = await firstEffective(context, push, fleet, others.filter(command => !hasEnded(command)));
    if (!running) return others.length === 0 ? ours : undefined;
    if (!await backOff.waitUntil(context.end)) {
      throw new RotationError(`command ${running.CommandId} (document ${fleet.document.name}) of an earlier rotation was still running `
        + 'when the function had to end; wait for the retry, which keeps waiting for it; if it never ends, cancel it in Run Command', 'a-command-is-still-running');
    }
  }
}

/** Ensures that servers were not sent another version in the meantime. If they were, it is unknown which one they hold. */
export async function checkStillLast(context: Context, push: Push, fleet: FleetConfig, commandId: string): Promise<void> {
  const commands = await recentCommands(context, push, fleet);
  const ours = commands.find(({ CommandId }) => CommandId === commandId);
  const other = ours && commands.find(command => isOther(push, command, ours));
  if (!other) return;
  throw new RotationError(`command ${other.CommandId} (document ${fleet.document.name}) gave mail servers another version while command ${commandId} `
    + 'was running; wait for the retry, which gives them this version again, or rotate now', 'rotations-that-met');
}

/** Whether each fleet, as it is configured now, was sent this version. */
export async function wasSentToAll(context: Context, push: Push): Promise<boolean> {
  for (const fleet of context.config.fleets) {
    if (!lastWith(commentFor(push, fleet), await recentCommands(context, push, fleet))) return false;
  }
  return true;
}

/** The commands of the last day, and older ones that Run Command may still be running, oldest first. */
export async function recentCommands(context: Context, { version }: Pick<Push, 'version'>, fleet: FleetConfig): Promise<Command[]> {
  const since = context.clock.now() - DAY - fleet.timeoutSeconds * SECOND;
  return context.runCommand.findByComment(fleet.document.name, commentStart(version), since,
    async ask => readPage(context, `the commands by document ${fleet.document.name}`, ask));
}

function lastWith(comment: string, commands: Command[]): Command | undefined {
  return [...commands].reverse().find(command => command.Comment === comment);
}

/** Whether a command carries another version, and was not sent before our own command, if there is one. */
function isOther({ version }: Push, command: Command, ours?: Command): boolean {
  return versionIn(command) !== version.id && (!ours || requestedAt(command) >= requestedAt(ours));
}

/**
 * The first running command with which a server may still apply a version. A server that starts a document of this library
 * after its version was abandoned rejects it. A server that had started before has ended after the document's timeout. So a
 * server that is switched off blocks nobody.
 */
async function firstEffective(context: Context, push: Push, { document }: FleetConfig, running: Command[]): Promise<Command | undefined> {
  // Documents from elsewhere apply whatever version they receive.
  if (running.length === 0 || !document.marker) return running[0];
  const stages = await context.versions.stages();
  const limit = context.clock.now() - DOCUMENT_TIMEOUT * SECOND - STALENESS;
  return running.find(command => noteGivenUp(context, push, stages, versionIn(command)) >= limit);
}

/** Notes that a version is abandoned, and returns when that was first seen. If it is not abandoned, that is never. */
function noteGivenUp({ clock }: Context, { givenUp }: Push, stages: Map<string, string[]>, versionId: string): number {
  if (isAppliedByServers(labelledIn(stages, versionId))) {
    givenUp.delete(versionId);
    return Infinity;
  }
  const since = givenUp.get(versionId) ?? clock.now();
  givenUp.set(versionId, since);
  return since;
}
