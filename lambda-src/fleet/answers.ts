import { Command, CommandInvocation, CommandPlugin } from '@aws-sdk/client-ssm';
import { Push } from './command';
import { CommandReader, readPage } from './pages';
import { APPLIED_MARKER, FAILED_MARKER, FleetConfig } from '../../src/private/rotation-contract';
import { redact } from '../secret/redaction';

/** How many failed nodes an error names. It counts the others. */
const NAMED_FAILURES = 5;

/** What the nodes received. */
export type Pushed = Pick<Push, 'credential' | 'version'>;

/** The results of a fleet. */
export interface FleetVerdict {
  readonly fleet: FleetConfig;
  readonly commandId: string;
  readonly confirmed: number;
  readonly failed: number;
  /** The first failures, in words. */
  readonly failures: string[];
}

/** The answers of the nodes; undefined until all of them are listed, because the list of invocations fills gradually. */
export async function completeVerdict(
  reader: CommandReader, fleet: FleetConfig, pushed: Pushed, { CommandId, TargetCount }: Command,
): Promise<FleetVerdict | undefined> {
  const verdict = await readVerdict(reader, fleet, pushed, CommandId!);
  return verdict.confirmed + verdict.failed >= TargetCount! ? verdict : undefined;
}

/** Reads every page, but keeps only counts and the first failures, because a fleet may have any number of servers. */
export async function readVerdict(reader: CommandReader, fleet: FleetConfig, pushed: Pushed, commandId: string): Promise<FleetVerdict> {
  const failures: string[] = [];
  const terminated: string[] = [];
  let confirmed = 0;
  let failed = 0;
  for await (const invocation of invocationsOf(reader, commandId)) {
    const reason = whyUnconfirmed(invocation, fleet, pushed);
    if (!reason) {
      confirmed++;
      continue;
    }
    failed++;
    const kept = invocation.StatusDetails === 'Terminated' ? terminated : failures;
    if (kept.length < NAMED_FAILURES) kept.push(`${invocation.InstanceId} (${reason})`);
  }
  // The real failures come first. Terminated servers were not tried, because others had failed.
  return { fleet, commandId, confirmed, failed, failures: [...failures, ...terminated].slice(0, NAMED_FAILURES) };
}

/** The invocations of a command, page by page. */
async function *invocationsOf(reader: CommandReader, commandId: string): AsyncGenerator<CommandInvocation> {
  let token: string | undefined;
  do {
    const page = await readPage(reader, `the answers to command ${commandId}`, async () => reader.runCommand.invocations(commandId, token));
    yield* page.CommandInvocations ?? [];
    token = page.NextToken;
  } while (token);
}

/** Some servers on the first page that have not confirmed. There is no time left for more pages. */
export async function firstUnconfirmed({ runCommand }: CommandReader, fleet: FleetConfig, pushed: Pushed, commandId: string): Promise<string[]> {
  const page = await runCommand.invocations(commandId);
  return (page?.CommandInvocations ?? []).flatMap(invocation => {
    const reason = whyUnconfirmed(invocation, fleet, pushed);
    return reason ? [`${invocation.InstanceId} (${reason})`] : [];
  }).slice(0, NAMED_FAILURES);
}

/** Describes a fleet's failure, or returns undefined if every node confirmed. */
export function describeFailure({ fleet, commandId, confirmed, failed, failures }: FleetVerdict): string | undefined {
  if (failed === 0) return undefined;
  const others = failed > failures.length ? ` and ${failed - failures.length} more` : '';
  return `${failed} of ${confirmed + failed} mail servers did not apply the credential with document ${fleet.document.name}: `
    + `${failures.join(', ')}${others}; look at command ${commandId} in Run Command, fix or remove the servers, and rotate again`;
}

/** Why a node does not count as confirmed. The status of the parent command says nothing about a node. */
function whyUnconfirmed(invocation: CommandInvocation, { document }: FleetConfig, { credential, version }: Pushed): string | undefined {
  const steps = invocation.CommandPlugins ?? [];
  if (invocation.Status !== 'Success') {
    const explanations = document.marker ? steps.flatMap(explanation) : [];
    return [invocation.StatusDetails, ...explanations.map(text => redact(text, credential))].join(': ');
  }
  if (document.marker && !steps.some(step => hasMarker(step, version.id))) {
    return 'Success, but the document did not report the credential as applied';
  }
  if (steps.length === 0 || steps.every(isSkipped)) return 'Success, but every step of the document was skipped';
  return undefined;
}

/** What a document of this library reports about its failure. Other documents might print a credential. */
function explanation(step: CommandPlugin): string[] {
  return outputLines(step).filter(line => line.startsWith(FAILED_MARKER)).map(line => line.slice(FAILED_MARKER.length).trim());
}

function hasMarker(step: CommandPlugin, versionId: string): boolean {
  return outputLines(step).includes(`${APPLIED_MARKER} ${versionId}`);
}

function outputLines({ Output }: CommandPlugin): string[] {
  return (Output ?? '').split(/\r?\n/);
}

/** The agent counts a step for another platform as a success. Only its output reports that it was skipped. */
function isSkipped({ Output }: CommandPlugin): boolean {
  return (Output ?? '').startsWith('Step execution skipped');
}
