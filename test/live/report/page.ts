import { QUESTIONS, WINDOWS_QUESTIONS } from './questions';
import { LiveRecord } from './record';
import { costOf } from '../cost';
import { StepResult } from '../outcome';

const NEVER = '**Nobody has run this suite on AWS yet.** It has run against the [local AWS](../CONTRIBUTING.md#the-local-aws) only.';

/** docs/live.md: how to run the suite, and what its last run on AWS has shown. */
export function livePage(record?: LiveRecord): string {
  return `${[HEAD, record ? run(record) : NEVER, HOW, record ? steps(record.steps) : '', questions(record), BY_HAND].filter(part => part !== '').join('\n\n')}\n`;
}

const HEAD = `# Live tests

\`npm run test:live\` deploys the construct into your own AWS account, tests it there, and deletes everything. It writes this page and
\`live.json\` beside it, without account ids and names.`;

function run({ at, engine, left, passed, region, with: features }: LiveRecord): string {
  const kinds = Object.entries(left).map(([kind, count]) => `${kind}: ${count}`);
  return [
    '## The last run',
    '',
    `- ${at}, ${engine}, ${region}${features.length > 0 ? `, with ${features.join(', ')}` : ''}`,
    `- ${passed ? 'passed' : '**failed**'}`,
    `- left in the account: ${kinds.length > 0 ? kinds.join(', ') : 'nothing'}`,
  ].join('\n');
}

const usd = (options: Parameters<typeof costOf>[0]) => costOf(options).toFixed(2);

const HOW = `## Run it

You need an account that the CDK has bootstrapped in the Region, credentials for it, and about two hours. Use an account without
production workloads.

\`\`\`sh
npm ci
npm run test:live -- --region eu-west-1 --identity example.com
\`\`\`

| option | does | costs about |
|---|---|---|
| | deploys one credential without servers | ${usd({ fleet: false, windows: false })} USD |
| \`--identity example.com\` | sends messages to SES's mailbox simulator; without it, the suite only logs in | |
| \`--fleet\` | adds two Amazon Linux instances with Postfix, in a VPC without inbound traffic | ${usd({ fleet: true, windows: false })} USD in all |
| \`--windows\` | adds one Windows Server 2022 with the SMTP service of IIS, which takes the credential by \`iisSmtp\` and by a script | ${usd({ fleet: false, windows: true })} USD in all |
| \`--yes\` | doesn't ask, for CI | |
| \`--clean ses-live-…\` | only deletes what an earlier run left, by its prefix | |
| \`--local\` | runs the same suite against the local AWS, in a minute | nothing |

- The suite first names the account and the cost, and asks for the account id.
- Everything has the run's prefix in its name, the tag \`ses-smtp-live-test\`, and a permissions boundary.
- At the end, after a failure, and after Ctrl-C, the suite deletes its stacks. Then it lists stacks, users, access keys, roles, secrets,
  functions, log groups, documents, associations and alarms with the prefix, and prints the command for whatever is left.
- Two things stay: the function's code in the CDK's bootstrap bucket, which other stacks may use, and the events in CloudTrail.

The local AWS has no CloudFormation endpoint. So \`--local\` deploys the same cloud assembly with the local AWS's own driver, not with the CDK CLI, and asks
the local AWS itself in place of Lambda, CloudWatch and CloudTrail. IAM, Secrets Manager, Systems Manager and STS are the real clients in both.
The servers are simulated there, and Windows is a stand-in that only shows that the steps run. No script for Windows in this suite has run on Windows yet.`;

const BY_HAND = `## What a person has to try

The suite can't do these. On a Windows Server 2022 that you can throw away, with [the setup of Windows mail servers](windows.md#before-the-first-rotation):

1. **Every case in Windows PowerShell 5.1.** In a checkout, with Node.js 20 or later: \`npm ci && npm run test:powershell\`. It runs in each PowerShell in
   \`PATH\`. Repeat it in a console of code page 437, 932 and 65001 (\`chcp\`).
2. **Each reader of the secret.** Rotate with AWS Tools 4, with AWS Tools 5, and with only the AWS CLI, version 1 and then version 2. Every rotation must succeed.
3. **Application control.** Turn on an App Control policy that limits scripts, then rotate. The document must report constrained language mode.
4. **Exchange.** On a mailbox server, rotate with \`exchangeSendConnector\`. \`SYSTEM\` must be allowed to change the connector.
5. **hMailServer.** Install it, and rotate with \`hMailServer\`. PowerShell, which is a 64-bit program, must reach its COM interface.

For every Region and condition key that the suite doesn't try: \`aws:SourceVpce\` in a policy of the user, with mail through a VPC endpoint.`;

function steps(results: readonly StepResult[]): string {
  const rows = results.map(({ error, name, outcome, seconds }) => `| ${name} | ${outcome}${error === undefined ? '' : `: ${cell(error)}`} | ${seconds} |`);
  return ['## Steps', '', '| step | outcome | seconds |', '|---|---|---|', ...rows].join('\n');
}

function questions(record?: LiveRecord): string {
  const answerTo = (id: string) => record?.findings.filter(finding => finding.id === id).map(({ answer }) => cell(answer)).join('; ') || 'not known';
  const rowsOf = (asked: Record<string, string>) => Object.entries(asked).map(([id, question]) => `| ${question} | ${answerTo(id)} |`);
  return [
    '## What AWS doesn\'t document', '', 'The code works either way. A run answers:', '', '| question | answer |', '|---|---|', ...rowsOf(QUESTIONS), '',
    'With `--windows`, also:', '', '| question | answer |', '|---|---|', ...rowsOf(WINDOWS_QUESTIONS),
  ].join('\n');
}

/** In a table's cell. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|').replace(/\s*\n\s*/g, ' ');
}
