import { createHash } from 'node:crypto';
import { Command, CommandInvocation, CommandPlugin } from '@aws-sdk/client-ssm';
import { APPLIED_MARKER, DOCUMENT_TIMEOUT, FAILED_MARKER, FleetConfig } from '../../src/private/rotation-contract';
import { hasEnded, requestedAt, RunCommand } from '../aws/run-command';
import { isAppliedByServers, SecretVersions } from '../aws/secret-versions';
import { RotationError } from '../basics/errors';
import { Log } from '../basics/log';
import { BackOff, Clock, DAY, MINUTE, SECOND } from '../basics/time';
import { Credential } from '../secret/credential';

/** For how long a server may still be shown a version's former labels. */
const STALENESS = MINUTE;
/** How many failed nodes an error names; it counts the others. */
const NAMED_FAILURES = 5;

export interface Push {
  readonly runCommand: RunCommand;
  readonly clock: Clock;
  readonly random: () => number;
  /** The moment at which the function must have ended. */
  readonly deadline: number;
  readonly log: Log;
  readonly versions: SecretVersions;
  readonly secretArn: string;
  readonly versionId: string;
  /** The rotation that sends it; a later one may have to send the same version again. */
  readonly rotationToken: string;
  /** The region of the secret. */
  readonly region: string;
  readonly credential: Credential;
  /** Other versions that commands carry although they are given up: id to the moment at which that was seen. */
  readonly givenUp: Map<string, number>;
}

/** What a fleet made of the credential. */
export interface FleetVerdict {
  readonly fleet: FleetConfig;
  readonly commandId: string;
  readonly confirmed: number;
  readonly failed: number;
  /** The first failures, in words. */
  readonly failures: string[];
}

/** Sends a fleet its credential, unless the last command that it was sent did so, and succeeded or is on its way: then returns that one. */
export async function startPush(push: Push, fleet: FleetConfig): Promise<string> {
  const comment = commentFor(push, fleet);
  const earlier = await settledCommands(push, fleet, comment);
  const known = lastWith(comment, earlier);
  const isLast = known && !overtakes(push, earlier, known);
  if (isLast && (!hasEnded(known) || await succeeded(push, fleet, known.CommandId!, known.TargetCount!))) {
    push.log.info('command found that an earlier attempt sent', { commandId: known.CommandId, document: fleet.document.name });
    return known.CommandId!;
  }
  const commandId = await push.runCommand.send(fleet, comment, parametersFor(push, fleet));
  push.log.info('command sent', { commandId, document: fleet.document.name });
  return commandId;
}

/**
 * The commands that carried the secret to servers lately, oldest first, as soon as none with another version can reach
 * a server any more: after ours it would take the credential away from it. Those before one of ours were waited for then.
 */
async function settledCommands(push: Push, fleet: FleetConfig, comment: string): Promise<Command[]> {
  const backOff = new BackOff(push.clock, push.random, 2 * SECOND, 15 * SECOND);
  for (;;) {
    const commands = await recentCommands(push, fleet);
    const ours = lastWith(comment, commands);
    const others = commands.filter(command => !hasEnded(command) && isOther(push, command, ours));
    const running = await firstEffective(push, fleet, others);
    if (!running) return commands;
    if (!await backOff.waitUntil(push.deadline)) {
      throw new RotationError(`command ${running.CommandId} (document ${fleet.document.name}) of an earlier rotation was still running `
        + 'when the function had to end; the next attempt goes on waiting for it; if it never ends, cancel it in Run Command', 'node-offline');
    }
  }
}

/** The first of the running commands by which a server may still take a version. */
async function firstEffective(push: Push, { document }: FleetConfig, running: Command[]): Promise<Command | undefined> {
  // Documents that are not of this library apply whatever they are told.
  if (running.length === 0 || !document.marker) return running[0];
  const stages = await push.versions.stages();
  return running.find(command => !isSpent(push, stages, versionIn(command)));
}

/**
 * Servers that begin with a document of this library after its version was given up refuse that, and those that had
 * begun before have ended after the document's timeout. So a server that is switched off holds up nobody.
 */
function isSpent(push: Push, stages: Map<string, string[]>, versionId: string): boolean {
  return push.clock.now() > noteGivenUp(push, stages, versionId) + DOCUMENT_TIMEOUT * SECOND + STALENESS;
}

/** Notes that a version is given up, and returns when that was seen first: never, if it is not. */
function noteGivenUp({ clock, givenUp }: Push, stages: Map<string, string[]>, versionId: string): number {
  if (isAppliedByServers(stages.get(versionId))) {
    givenUp.delete(versionId);
    return Infinity;
  }
  const since = givenUp.get(versionId) ?? clock.now();
  givenUp.set(versionId, since);
  return since;
}

/** Makes sure that servers were not sent another version meanwhile: nobody would know which one they hold. */
export async function checkLast(push: Push, fleet: FleetConfig, commandId: string): Promise<void> {
  const commands = await recentCommands(push, fleet);
  const ours = commands.find(({ CommandId }) => CommandId === commandId);
  const other = ours && overtakes(push, commands, ours);
  if (!other) return;
  throw new RotationError(`command ${other.CommandId} (document ${fleet.document.name}) gave mail servers another version while command ${commandId} `
    + 'was on its way; the next attempt gives them this one again', 'rotations-that-met');
}

/** The command that carries another version and was not sent before ours. */
function overtakes(push: Push, commands: Command[], ours: Command): Command | undefined {
  return commands.find(command => isOther(push, command, ours));
}

/** Whether it carries another version, and was not sent before ours, if there is one. */
function isOther(push: Push, command: Command, ours?: Command): boolean {
  return !carriesVersion(push, command) && (!ours || requestedAt(command) >= requestedAt(ours));
}

function lastWith(comment: string, commands: Command[]): Command | undefined {
  return [...commands].reverse().find(command => command.Comment === comment);
}

/** Those of the last day, and older ones that Run Command may still be working on. */
async function recentCommands(push: Push, fleet: FleetConfig): Promise<Command[]> {
  const since = push.clock.now() - DAY - fleet.timeoutSeconds * SECOND;
  return push.runCommand.findByComment(fleet.document.name, commentStart(push), since,
    async ask => readPage(push, `the commands by document ${fleet.document.name}`, ask));
}

function carriesVersion({ versionId }: Push, command: Command): boolean {
  return versionIn(command) === versionId;
}

function versionIn({ Comment }: Command): string {
  return Comment!.split(' ')[3];
}

/** Waits until Run Command has finished with every node, and judges each by itself. */
export async function awaitPush(push: Push, fleet: FleetConfig, commandId: string): Promise<FleetVerdict> {
  const backOff = new BackOff(push.clock, push.random, 2 * SECOND, 15 * SECOND);
  do {
    const command = await push.runCommand.get(commandId);
    if (command && hasEnded(command)) {
      const verdict = await judge(push, fleet, commandId);
      // The list of invocations fills gradually: until it is as long as the command says, nodes are missing from it.
      if (verdict.confirmed + verdict.failed >= command.TargetCount!) return verdict;
    }
  } while (await backOff.waitUntil(push.deadline));
  const unfinished = await firstUnconfirmed(push, fleet, commandId);
  throw new RotationError(`command ${commandId} (document ${fleet.document.name}) was still running when the function had to end: `
    + `${unfinished.join(', ') || 'no server is listed yet'}; the next attempt goes on waiting for this command; if it never ends, give the fleet a shorter timeout`,
  'node-offline');
}

/** Some servers that have not confirmed, out of the first page: there is no time left for more. */
async function firstUnconfirmed({ runCommand, versionId }: Push, fleet: FleetConfig, commandId: string): Promise<string[]> {
  const page = await runCommand.invocations(commandId);
  return (page?.CommandInvocations ?? []).flatMap(invocation => {
    const reason = failureOf(invocation, fleet, versionId);
    return reason ? [`${invocation.InstanceId} (${reason})`] : [];
  }).slice(0, NAMED_FAILURES);
}

/** Names what a fleet's failure is, or returns undefined if every node confirmed. */
export function describeFailure(verdict: FleetVerdict): string | undefined {
  const { fleet, commandId, confirmed, failed } = verdict;
  if (failed === 0) return undefined;
  return `${failed} of ${confirmed + failed} mail servers did not take the credential by document ${fleet.document.name}: `
    + `${named(verdict)}; look at command ${commandId} in Run Command, mend or remove the servers, and rotate again`;
}

/** The first servers that did not confirm, and how many there are besides. */
function named({ failed, failures }: FleetVerdict): string {
  const others = failed > failures.length ? ` and ${failed - failures.length} more` : '';
  return `${failures.join(', ')}${others}`;
}

async function succeeded(push: Push, fleet: FleetConfig, commandId: string, targets: number): Promise<boolean> {
  const { confirmed, failed } = await judge(push, fleet, commandId);
  return failed === 0 && confirmed >= Math.max(targets, fleet.minimumTargets, 1);
}

/** Reads every page, and keeps of it no more than counts and the first failures: a fleet may have any number of servers. */
async function judge(push: Push, fleet: FleetConfig, commandId: string): Promise<FleetVerdict> {
  const failures: string[] = [];
  const terminated: string[] = [];
  let confirmed = 0;
  let failed = 0;
  for await (const invocation of invocations(push, commandId)) {
    const reason = failureOf(invocation, fleet, push.versionId);
    if (!reason) {
      confirmed++;
      continue;
    }
    failed++;
    const kept = invocation.StatusDetails === 'Terminated' ? terminated : failures;
    if (kept.length < NAMED_FAILURES) kept.push(`${invocation.InstanceId} (${reason})`);
  }
  // Terminated are those that were not tried because others had failed: these come first.
  return { fleet, commandId, confirmed, failed, failures: [...failures, ...terminated].slice(0, NAMED_FAILURES) };
}

/** The invocations of a command, page by page. */
async function *invocations(push: Push, commandId: string): AsyncGenerator<CommandInvocation> {
  let token: string | undefined;
  do {
    const page = await readPage(push, `what became of command ${commandId}`, async () => push.runCommand.invocations(commandId, token));
    yield* page.CommandInvocations ?? [];
    token = page.NextToken;
  } while (token);
}

/** Reads a page as fast as Systems Manager lets it be read, and no longer than there is time. */
async function readPage<Page>({ clock, random, deadline }: Push, what: string, read: () => Promise<Page | undefined>): Promise<Page> {
  const page = await new BackOff(clock, random, SECOND, 15 * SECOND).poll(deadline, read);
  if (page !== undefined && clock.now() <= deadline) return page;
  throw new RotationError(`${what} could not be read before the function had to end; the next attempt reads it again`, 'node-offline');
}

/** Why a node does not count as confirmed. The parent command's status says nothing about a node. */
function failureOf(invocation: CommandInvocation, { document }: FleetConfig, versionId: string): string | undefined {
  const steps = invocation.CommandPlugins ?? [];
  if (invocation.Status !== 'Success') {
    return [invocation.StatusDetails, ...document.marker ? steps.flatMap(explanation) : []].join(': ');
  }
  if (document.marker && !steps.some(step => hasMarker(step, versionId))) {
    return 'Success, but the document did not report the credential as applied';
  }
  if (steps.length === 0 || steps.every(isSkipped)) return 'Success, but every step of the document was skipped';
  return undefined;
}

/** What a document of this library says about its failure; other documents might print a credential. */
function explanation(step: CommandPlugin): string[] {
  return outputLines(step).filter(line => line.startsWith(FAILED_MARKER)).map(line => line.slice(FAILED_MARKER.length).trim());
}

function hasMarker(step: CommandPlugin, versionId: string): boolean {
  return outputLines(step).includes(`${APPLIED_MARKER} ${versionId}`);
}

function outputLines({ Output }: CommandPlugin): string[] {
  return (Output ?? '').split(/\r?\n/);
}

/** The agent counts a step that does not fit the platform as a success, and says so in its output only. */
function isSkipped({ Output }: CommandPlugin): boolean {
  return (Output ?? '').startsWith('Step execution skipped');
}

/** Marks a command as the one by which this rotation sends this version to this fleet, in the 100 characters that a comment may have. */
function commentFor(push: Push, fleet: FleetConfig): string {
  return `${commentStart(push)}${push.versionId} ${fingerprint(12, [push.rotationToken, fleet])}`;
}

/** Tells the commands that carry this secret from those of other secrets by the same document. */
function commentStart({ secretArn }: Push): string {
  return `SES SMTP ${fingerprint(8, secretArn)} `;
}

function fingerprint(length: number, of: unknown): string {
  return createHash('sha256').update(JSON.stringify(of)).digest('hex').slice(0, length);
}

function parametersFor({ secretArn, versionId, region, credential }: Push, { document }: FleetConfig): Record<string, string[]> {
  const { parameters, constants } = document;
  const values: [string | undefined, string][] = [
    [parameters.secretArn, secretArn],
    [parameters.versionId, versionId],
    [parameters.region, region],
    [parameters.username, credential.username],
    // Only documents of `CredentialDocument.existingWithCredential` have it.
    [parameters.password, parameters.password ? credential.password.reveal() : ''],
    ...Object.entries(constants ?? {}),
  ];
  return Object.fromEntries(values.filter(([name]) => name !== undefined).map(([name, value]) => [name, [value]]));
}
