import { AssetSize, LoadTime } from './asset';
import { RotationCost } from './rotation';
import { Resources, SynthTime } from './synth';
import { sum } from './timed-deployment';
import { Timing } from './timing';

/** A number that there may be an aim for. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly atMost?: number;
  /** How it was measured, or what belongs to it. */
  readonly note: string;
}

export function assetFigures({ rawBytes, zipBytes }: AssetSize): Figure[] {
  return [
    { name: 'asset', value: rawBytes / 1000, unit: 'kB', note: 'all files' },
    { name: 'asset, zip', value: zipBytes / 1000, unit: 'kB', atMost: 150, note: 'deflate level 9 and the headers of a zip file' },
  ];
}

export function loadFigure({ bare, bundle }: LoadTime): Figure {
  const ratio = `ratio ${(bundle.median / bare.median).toFixed(2)}`;
  const note = `${compare(bundle, bare)}, ${ratio}; whole processes that take turns`;
  return { name: 'load over bare node', value: bundle.median - bare.median, unit: 'ms', atMost: 60, note };
}

export function synthFigure({ empty, one }: SynthTime): Figure {
  const note = `${compare(one, empty)}; over an empty stack, in a warm process`;
  return { name: 'synth of one construct', value: one.median - empty.median, unit: 'ms', atMost: 50, note };
}

export function resourceFigures({ secretOnly, withFleet }: Resources): Figure[] {
  return [
    { name: 'resources, secret only', value: secretOnly, unit: '', note: 'each instance' },
    { name: 'resources, one fleet', value: withFleet, unit: '', note: 'each instance, with a Postfix document' },
  ];
}

export function rotationFigures(cost: RotationCost): Figure[] {
  const { rotation, mailServers, calls, smtpLogins, milliseconds, cpuMilliseconds, waitedMilliseconds } = cost;
  const name = `${rotation} rotation, ${mailServers === 0 ? 'secret only' : `${mailServers} servers`}`;
  const note = `CPU ${cpuMilliseconds.toFixed(0)} ms, the rest is replies on loopback (0.1 s before each SMTP greeting); `
    + `pauses, not counted: ${(waitedMilliseconds / 1000).toFixed(1)} s`;
  return [
    { name: `${name}: AWS calls`, value: sum(Object.values(calls)), unit: '', atMost: mailServers === 0 ? 14 : undefined, note: `and ${smtpLogins} SMTP logins` },
    { name: `${name}: time`, value: milliseconds, unit: 'ms', note },
  ];
}

function compare(one: Timing, other: Timing): string {
  const pair = (what: keyof Timing) => `${what} ${one[what].toFixed(0)} - ${other[what].toFixed(0)} ms`;
  return `${pair('median')}, ${pair('fastest')}`;
}
