import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { assetSize, AssetSize, LoadTime, loadTime } from './asset';
import { RotationCost, rotationCosts } from './rotation';
import { Resources, resources, SynthTime, synthTime } from './synth';
import { table } from '../demo/table';

const USAGE = 'usage: npm run bench [-- --json]';

interface BenchReport {
  readonly machine: string;
  readonly asset: AssetSize;
  readonly load: LoadTime;
  readonly synth: SynthTime;
  readonly resources: Resources;
  readonly rotations: RotationCost[];
  readonly figures: Figure[];
}

/** A number that somebody may have an aim for. */
interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly atMost?: number;
  /** How it was measured, or what belongs to it. */
  readonly note: string;
}

async function measure(): Promise<BenchReport> {
  const asset = assetSize();
  const load = loadTime();
  const synth = synthTime();
  const counted = resources();
  const rotations = await rotationCosts();
  const figures = [...assetFigures(asset, load), ...synthFigures(synth, counted), ...rotations.flatMap(rotationFigures)];
  return { machine: describeMachine(), asset, load, synth, resources: counted, rotations, figures };
}

function assetFigures({ rawBytes, zipBytes }: AssetSize, { bareMilliseconds, bundleMilliseconds }: LoadTime): Figure[] {
  const [bundle, bare] = [bundleMilliseconds, bareMilliseconds].map(milliseconds => milliseconds.toFixed(0));
  const ratio = (bundleMilliseconds / bareMilliseconds).toFixed(2);
  return [
    { name: 'asset', value: rawBytes / 1000, unit: 'kB', note: 'all files' },
    { name: 'asset, zip', value: zipBytes / 1000, unit: 'kB', atMost: 150, note: 'deflate level 9 and the headers of a zip file' },
    {
      name: 'load over bare node', value: bundleMilliseconds - bareMilliseconds, unit: 'ms', atMost: 60,
      note: `${bundle} ms and ${bare} ms, ratio ${ratio}; medians of whole processes that take turns`,
    },
  ];
}

function synthFigures({ emptyMilliseconds, oneMilliseconds }: SynthTime, { secretOnly, withFleet }: Resources): Figure[] {
  return [
    {
      name: 'synth of one construct', value: oneMilliseconds - emptyMilliseconds, unit: 'ms', atMost: 50,
      note: `over an empty stack, ${oneMilliseconds.toFixed(0)} ms and ${emptyMilliseconds.toFixed(0)} ms; medians in a warm process`,
    },
    { name: 'resources, secret only', value: secretOnly, unit: '', note: 'each instance' },
    { name: 'resources, one fleet', value: withFleet, unit: '', note: 'each instance, with a Postfix document' },
  ];
}

function rotationFigures({ rotation, mailServers, awsCalls, smtpLogins, milliseconds, waitedMilliseconds }: RotationCost): Figure[] {
  const name = `${rotation} rotation, ${mailServers === 0 ? 'secret only' : `${mailServers} servers`}`;
  const waits = waitedMilliseconds > 0 ? `, without ${(waitedMilliseconds / 1000).toFixed(1)} s of waits for the servers` : '';
  return [
    { name: `${name}, AWS calls`, value: awsCalls, unit: '', atMost: mailServers === 0 ? 14 : undefined, note: `and ${smtpLogins} SMTP logins` },
    { name: `${name}, time`, value: milliseconds, unit: 'ms', note: `four steps of the bundled function in a process of its own, AWS and SES on loopback${waits}` },
  ];
}

function describeMachine(): string {
  const all = cpus();
  return `Node ${process.version}, ${process.platform}, ${all.length} x ${all[0]?.model.trim() ?? 'unknown'}`;
}

function describeFigure({ name, value, unit, atMost, note }: Figure): string[] {
  const digits = Number.isInteger(value) ? 0 : 1;
  const aim = atMost === undefined ? '' : `<= ${atMost} ${unit}`.trim();
  const reached = atMost === undefined ? '' : value <= atMost ? 'reached' : 'missed';
  return [name, `${value.toFixed(digits)} ${unit}`.trim(), aim, reached, note];
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { json: { type: 'boolean' }, help: { type: 'boolean' } } });
  if (values.help) {
    console.log(USAGE);
    return;
  }
  const report = await measure();
  console.log(values.json ? JSON.stringify(report, null, 2) : table(report.machine, ['figure', 'now', 'aim', '', 'how'], report.figures.map(describeFigure)));
}

main().catch((error: Error) => {
  const badArgument = 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
  console.error(badArgument ? `${error.message}\n${USAGE}` : error);
  process.exitCode = 2;
});
