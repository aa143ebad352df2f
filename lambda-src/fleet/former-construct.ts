import { Command } from '@aws-sdk/client-ssm';
import { FleetVerdict } from './answers';
import { COMMENT_START, commentStart, Push, sendCommand, versionIn } from './command';
import { awaitEarlierCommands, recentCommands } from './earlier-commands';
import { readPage } from './pages';
import { awaitPush } from './push';
import { FleetConfig } from '../../src/private/rotation-contract';
import { requestedAt } from '../aws/run-command';
import { Context } from '../context';

/** A version of another construct's secret. */
interface Former {
  readonly id: string;
  readonly secretArn: string;
}

/**
 * Gives a fleet back the credential that another construct gave it before this one did, according to Run Command's history. Servers read it
 * from that construct's secret, which the function cannot read.
 */
export async function giveBackFormer(context: Context, push: Push, fleet: FleetConfig): Promise<FleetVerdict | undefined> {
  const former = await findFormer(context, push, fleet);
  if (!former) return undefined;
  context.log.warn('servers get the credential back that another construct has given them', { document: fleet.document.name });
  const back: Push = { ...push, version: { ...push.version, ...former } };
  // Commands that carry the abandoned version would take the credential away again.
  await awaitEarlierCommands(context, { ...push, version: { ...push.version, id: former.id } }, fleet);
  return awaitPush(context, fleet, back, await sendCommand(context, back, fleet));
}

/** Reads the history of one server for its whole fleet, because it is short, and the history of an account is long. */
async function findFormer(context: Context, push: Push, fleet: FleetConfig): Promise<Former | undefined> {
  const [first] = await recentCommands(context, push, fleet);
  const instanceId = first && await anyServer(context, first);
  if (!instanceId) return undefined;
  const sent = await context.runCommand.findByNode(instanceId, COMMENT_START,
    async ask => readPage(context, `the commands of ${instanceId}`, ask));
  return sent.filter(command => requestedAt(command) < requestedAt(first) && isForSameServers(command, first)).flatMap(formerIn).at(-1);
}

/** The secret is the parameter that matches the comment. A document that takes the credential itself has none. */
function formerIn(command: Command): Former[] {
  const texts = Object.values(command.Parameters!).flat();
  const isSecret = (text: string) => command.Comment!.startsWith(commentStart({ secretArn: text }));
  return texts.filter(isSecret).map(secretArn => ({ id: versionIn(command), secretArn }));
}

async function anyServer(context: Context, { CommandId }: Command): Promise<string | undefined> {
  const page = await readPage(context, `the servers of command ${CommandId}`, async () => context.runCommand.invocations(CommandId!));
  return page.CommandInvocations?.[0]?.InstanceId;
}

/** The same targets, and a document with the same parameters. Another document may be for another mail server on the same machines. */
function isForSameServers(a: Command, b: Command): boolean {
  const shapeOf = ({ InstanceIds, Parameters, Targets }: Command) => JSON.stringify([InstanceIds, Targets, Object.keys(Parameters!).sort()]);
  return shapeOf(a) === shapeOf(b);
}
