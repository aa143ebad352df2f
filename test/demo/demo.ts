import { parseArgs } from 'node:util';
import { App } from 'aws-cdk-lib';
import { LocalAws } from './local-aws';
import { Newsletter } from './newsletter';
import { Progress } from './progress';
import { DemoReport, tellStory } from './story';
import { reportTables } from './tables';
import { NewsletterStack } from '../../examples/typescript/newsletter-stack';

const USAGE = 'usage: npm run demo [-- [--json] [--fail-server]]';

async function demonstrate(failServer: boolean, progress: Progress): Promise<DemoReport> {
  const aws = await LocalAws.start();
  try {
    const newsletter = await Newsletter.start(aws, aws.deploy((app: App) => new NewsletterStack(app, 'Newsletter')), progress);
    progress.say(`A local AWS is up; it has the stack of examples/typescript and ${newsletter.servers.length} mail servers. Mail flows all the time.`);
    try {
      return await tellStory(newsletter, failServer);
    } finally {
      await newsletter.close();
    }
  } finally {
    await aws.close();
  }
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { 'json': { type: 'boolean' }, 'fail-server': { type: 'boolean' }, 'help': { type: 'boolean' } } });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const progress = new Progress(values.json ? () => undefined : console.log);
  const report = await demonstrate(values['fail-server'] === true, progress);
  console.log(values.json ? JSON.stringify(report, null, 2) : `\n${reportTables(report)}`);
  return report.passed ? 0 : 1;
}

main().then(code => { process.exitCode = code; }, (error: Error) => {
  const badArgument = 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
  console.error(badArgument ? `${error.message}\n${USAGE}` : error);
  process.exitCode = 2;
});
