import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, AssetStaging } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { emptyStack, fleetStack, secretOnlyStack } from './stacks';
import { time, timeInTurns, Timing } from './timing';
import type { DefineStack } from '../demo/local-aws';

export interface SynthTime {
  readonly empty: Timing;
  readonly one: Timing;
}

export interface Resources {
  readonly secretOnly: number;
  readonly withFleet: number;
}

const WARM_UP_ROUNDS = 3;
const ROUNDS = 21;

/** From `new App()` to the written assembly, in a process that has loaded everything; the asset is hashed anew each time. */
export function synthTime(): SynthTime {
  const tasks = { empty: () => synthesize(emptyStack), one: () => synthesize(secretOnlyStack) };
  timeInTurns(WARM_UP_ROUNDS, tasks);
  return timeInTurns(ROUNDS, tasks);
}

export function resources(): Resources {
  return { secretOnly: countResources(secretOnlyStack), withFleet: countResources(fleetStack) };
}

/** The milliseconds that it takes. */
export function synthesize(define: DefineStack): number {
  const outdir = mkdtempSync(join(tmpdir(), 'bench-synth-'));
  AssetStaging.clearAssetHashCache();
  const milliseconds = time(() => {
    const app = new App({ outdir });
    define(app);
    app.synth();
  });
  rmSync(outdir, { recursive: true });
  return milliseconds;
}

function countResources(define: DefineStack): number {
  const { Resources: all } = Template.fromStack(define(new App())).toJSON() as { Resources: object };
  return Object.keys(all).length;
}
