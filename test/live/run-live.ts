import { createInterface } from 'node:readline/promises';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { costOf } from './cost';
import { AwsEngine } from './engine/aws-engine';
import { Engine, LeftOver } from './engine/engine';
import { LocalEngine } from './engine/local-engine';
import { readOptions, RunOptions, USAGE, UsageError } from './options';
import { writeReport } from './report/report';
import { writePage } from './report/write-page';
import { cleanUpAfter, passed, runSuite } from './suite';

const say = (text: string) => console.log(text);

/** `npm run test:live`; resolves with the exit code. */
export async function runLive(args: readonly string[]): Promise<number> {
  const options = readOptions(args, () => `ses-live-${Date.now().toString(36).slice(-6)}`);
  if (typeof options === 'string') {
    if (options === 'help') say(USAGE);
    else writePage();
    return 0;
  }
  const engine = options.region === undefined ? new LocalEngine() : new AwsEngine(options.region, text => process.stderr.write(text));
  if (!engine.isLocal && !await isWanted(engine, options)) return 2;
  const controller = new AbortController();
  process.on('SIGINT', () => interrupt(controller, options));
  process.on('SIGTERM', () => interrupt(controller, options));
  const all = { ...options, say, signal: controller.signal };
  if (options.cleansOnly) return tellLeftOvers(await cleanUpAfter(engine, all)) ? 0 : 1;
  const report = await runSuite(engine, all);
  const files = writeReport(report, { ...options, engine: engine.name, isLocal: engine.isLocal });
  tellLeftOvers(report.leftOvers);
  say(`${passed(report) ? 'Passed' : 'Failed'}: ${files.join(' and ')}`);
  return passed(report) ? 0 : 1;
}

/** Names the account, the cost and what happens, and asks. */
async function isWanted(engine: Engine, options: RunOptions): Promise<boolean> {
  const { Account, Arn } = await engine.sts.send(new GetCallerIdentityCommand({}));
  say(`Account ${Account} in ${engine.region}, as ${Arn}.`);
  say(options.cleansOnly
    ? `Deletes the stacks ${options.prefix} and ${options.prefix}-probes.`
    : `Deploys the stacks ${options.prefix} and ${options.prefix}-probes, tests them for about two hours, and deletes them. Costs about ${costOf(options).toFixed(2)} USD.`);
  if (options.yes) return true;
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question('Type the account id to go on: ');
  terminal.close();
  return answer.trim() === Account;
}

/** The first time, the run ends and cleans up; the second time, at once. */
function interrupt(controller: AbortController, { prefix, region }: RunOptions): void {
  if (controller.signal.aborted) {
    say(`Left as it is. To delete it: npm run test:live -- --region ${region} --clean ${prefix}`);
    process.exit(130);
  }
  say('Interrupted: deleting what was made. Once more to leave at once.');
  controller.abort(new Error('interrupted'));
}

/** Returns whether nothing is left. */
function tellLeftOvers(leftOvers: readonly LeftOver[]): boolean {
  if (leftOvers.length === 0) say('Nothing is left of the run.');
  else for (const { command, kind, name } of leftOvers) say(`LEFT: ${kind} ${name}\n  ${command}`);
  return leftOvers.length === 0;
}

export function exitCodeOf(error: unknown): number {
  console.error(error instanceof UsageError ? `${error.message}\n${USAGE}` : error);
  return 2;
}
