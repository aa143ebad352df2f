import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { demonstrate } from './demonstration';
import { Progress } from './progress';
import { reportPage } from './report/page';
import { reportText } from './tables';

const USAGE = 'usage: npm run demo [-- [--json] [--fail-server] [--report [file]]]';
const REPORT_FILE = 'demo-report.html';

class UsageError extends Error {}

interface Options {
  readonly json: boolean;
  readonly failServer: boolean;
  readonly help: boolean;
  /** Where the report goes, if it is wanted. */
  readonly reportFile?: string;
}

function readOptions(): Options {
  const { values, positionals } = parseArgs({
    options: { 'json': { type: 'boolean' }, 'fail-server': { type: 'boolean' }, 'report': { type: 'boolean' }, 'help': { type: 'boolean' } },
    allowPositionals: true,
  });
  const [file = REPORT_FILE, ...others] = positionals;
  if (others.length > 0 || (positionals.length > 0 && !values.report)) throw new UsageError(`one file at most, and only for --report, got ${positionals.join(' ')}`);
  return {
    json: values.json === true, failServer: values['fail-server'] === true, help: values.help === true, reportFile: values.report ? file : undefined,
  };
}

async function main(): Promise<number> {
  const { json, failServer, help, reportFile } = readOptions();
  if (help) {
    console.log(USAGE);
    return 0;
  }
  const progress = new Progress(json ? () => undefined : console.log);
  const report = await demonstrate({ failServer, progress });
  console.log(json ? JSON.stringify(report, null, 2) : `\n${reportText(report)}`);
  if (reportFile) {
    writeFileSync(reportFile, reportPage(report));
    progress.say(`\nThe same as a page: ${reportFile}`);
  }
  return report.passed ? 0 : 1;
}

main().then(code => { process.exitCode = code; }, (error: Error) => {
  const badArgument = error instanceof UsageError || ('code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'));
  console.error(badArgument ? `${error.message}\n${USAGE}` : error);
  process.exitCode = 2;
});
