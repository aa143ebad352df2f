import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { AssetSize, assetSize, LoadTime, loadTime } from './asset';
import { assetFigures, Figure, loadFigure, resourceFigures, rotationFigures, synthFigure } from './figures';
import { FleetCost, fleetCosts, fleetTable } from './fleets';
import { RotationCost, rotationCosts } from './rotation';
import { ScaleCost, scaleCosts, scaleTable } from './scale';
import { Resources, resources, SynthTime, synthTime } from './synth';
import { table } from '../demo/table';

const USAGE = 'usage: npm run bench [-- --json]';

interface BenchReport {
  readonly machine: string;
  readonly asset: AssetSize;
  readonly load: LoadTime;
  readonly synth: SynthTime;
  readonly resources: Resources;
  readonly scale: ScaleCost[];
  readonly rotations: RotationCost[];
  readonly fleets: FleetCost[];
  /** All of it in words. */
  readonly figures: Figure[];
}

async function measure(): Promise<BenchReport> {
  const all = {
    asset: assetSize(),
    load: loadTime(),
    synth: synthTime(),
    resources: resources(),
    scale: scaleCosts(),
    rotations: await rotationCosts(),
    fleets: await fleetCosts(),
  };
  const figures = [
    ...assetFigures(all.asset),
    loadFigure(all.load),
    synthFigure(all.synth),
    ...resourceFigures(all.resources),
    ...all.rotations.flatMap(rotationFigures),
  ];
  return { machine: describeMachine(), ...all, figures };
}

function describeMachine(): string {
  const all = cpus();
  return `Node ${process.version}, ${process.platform}, ${all.length} x ${all[0]?.model.trim() ?? 'unknown'}`;
}

function row({ name, value, unit, atMost, note }: Figure): string[] {
  const [now, aim] = [value.toFixed(Number.isInteger(value) ? 0 : 1), `<= ${atMost}`].map(text => `${text} ${unit}`.trim());
  if (atMost === undefined) return [name, now, '', '', note];
  return [name, now, aim, value <= atMost ? 'reached' : 'missed', note];
}

function reportTable({ machine, figures, fleets, scale }: BenchReport): string {
  return [
    table(machine, ['figure', 'now', 'aim', '', 'how'], figures.map(row)),
    scaleTable(scale),
    'Rotations: the four steps of the bundled function in a process of its own, against the local AWS.',
    fleetTable(fleets),
    'Each size: the second rotation in a process of its own; every server prints 2,500 characters. Memory at its peak, over what the process had when it was\n'
      + 'loaded: in use, that is without garbage, looked at with every reply in a process that is not timed; and resident, with garbage not collected yet.\n'
      + 'Time: without the pauses, replies on loopback included.',
  ].join('\n\n');
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { json: { type: 'boolean' }, help: { type: 'boolean' } } });
  if (values.help) {
    console.log(USAGE);
    return;
  }
  const report = await measure();
  console.log(values.json ? JSON.stringify(report, null, 2) : reportTable(report));
}

main().catch((error: Error) => {
  const badArgument = 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
  console.error(badArgument ? `${error.message}\n${USAGE}` : error);
  process.exitCode = 2;
});
