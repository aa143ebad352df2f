import { Command } from '@aws-sdk/client-ssm';
import { commentFor, commentStart, Push, versionIn } from './command';
import { readPage } from './pages';
import { DOCUMENT_TIMEOUT, FleetConfig } from '../../src/private/rotation-contract';
import { hasEnded, requestedAt } from '../aws/run-command';
import { RotationError } from '../basics/errors';
import { BackOff, DAY, MINUTE, SECOND } from '../basics/time';
import { Context } from '../context';
import { isAppliedByServers, labelledIn } from '../secret/labels';

/** For how long a server may still be shown a version's former labels. */
const STALENESS = MINUTE;

/**
 * Waits until no command with another version can reach a server any more: after ours it would take the credential away
 * from it. Those before one of ours were waited for then. Returns ours, if that was the last one sent.
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
        + 'when the function had to end; the next attempt goes on waiting for it; if it never ends, cancel it in Run Command', 'node-offline');
    }
  }
}

/** Makes sure that servers were not sent another version meanwhile: nobody would know which one they hold. */
export async function checkStillLast(context: Context, push: Push, fleet: FleetConfig, commandId: string): Promise<void> {
  const commands = await recentCommands(context, push, fleet);
  const ours = commands.find(({ CommandId }) => CommandId === commandId);
  const other = ours && commands.find(command => isOther(push, command, ours));
  if (!other) return;
  throw new RotationError(`command ${other.CommandId} (document ${fleet.document.name}) gave mail servers another version while command ${commandId} `
    + 'was on its way; the next attempt gives them this one again', 'rotations-that-met');
}

/** Whether each fleet, as it is configured now, was sent this version. */
export async function wasSentToAll(context: Context, push: Push): Promise<boolean> {
  for (const fleet of context.config.fleets) {
    if (!lastWith(commentFor(push, fleet), await recentCommands(context, push, fleet))) return false;
  }
  return true;
}

/** Those of the last day, and older ones that Run Command may still be working on, oldest first. */
export async function recentCommands(context: Context, { version }: Pick<Push, 'version'>, fleet: FleetConfig): Promise<Command[]> {
  const since = context.clock.now() - DAY - fleet.timeoutSeconds * SECOND;
  return context.runCommand.findByComment(fleet.document.name, commentStart(version), since,
    async ask => readPage(context, `the commands by document ${fleet.document.name}`, ask));
}

function lastWith(comment: string, commands: Command[]): Command | undefined {
  return [...commands].reverse().find(command => command.Comment === comment);
}

/** Whether it carries another version, and was not sent before ours, if there is one. */
function isOther({ version }: Push, command: Command, ours?: Command): boolean {
  return versionIn(command) !== version.id && (!ours || requestedAt(command) >= requestedAt(ours));
}

/**
 * The first of the running commands by which a server may still take a version. Servers that begin with a document of this
 * library after its version was given up refuse that, and those that had begun before have ended after the document's
 * timeout. So a server that is switched off holds up nobody.
 */
async function firstEffective(context: Context, push: Push, { document }: FleetConfig, running: Command[]): Promise<Command | undefined> {
  // Documents that are not of this library apply whatever they are told.
  if (running.length === 0 || !document.marker) return running[0];
  const stages = await context.versions.stages();
  const limit = context.clock.now() - DOCUMENT_TIMEOUT * SECOND - STALENESS;
  return running.find(command => noteGivenUp(context, push, stages, versionIn(command)) >= limit);
}

/** Notes that a version is given up, and returns when that was seen first: never, if it is not. */
function noteGivenUp({ clock }: Context, { givenUp }: Push, stages: Map<string, string[]>, versionId: string): number {
  if (isAppliedByServers(labelledIn(stages, versionId))) {
    givenUp.delete(versionId);
    return Infinity;
  }
  const since = givenUp.get(versionId) ?? clock.now();
  givenUp.set(versionId, since);
  return since;
}
