import { App } from 'aws-cdk-lib';
import { bytesOf, CredentialKind, credentialStack, emptyStack, plain, templateOf, withFleet } from './stacks';
import { synthesize } from './synth';
import { timeInTurns, Timing } from './timing';
import { table } from '../demo/table';

/** What a stack with so many credentials takes. */
export interface ScaleCost {
  readonly credentials: number;
  readonly kind: Kind;
  readonly resources: number;
  readonly bytes: number;
  readonly synth: Timing;
  /** In turns with it. */
  readonly emptySynth: Timing;
}

type Kind = 'plain' | 'with a fleet';

const COUNTS = [1, 10, 30];
const KINDS: Record<Kind, CredentialKind> = { 'plain': plain, 'with a fleet': withFleet };
const ROUNDS = 5;

export function scaleCosts(): ScaleCost[] {
  return (Object.keys(KINDS) as Kind[]).flatMap(kind => COUNTS.map(credentials => {
    const define = (app: App) => credentialStack(app, credentials, KINDS[kind]);
    const { empty: emptySynth, many: synth } = timeInTurns(ROUNDS, { empty: () => synthesize(emptyStack), many: () => synthesize(define) });
    const template = templateOf(define);
    return { credentials, kind, resources: Object.keys(template.Resources!).length, bytes: bytesOf(template), synth, emptySynth };
  }));
}

export function scaleTable(costs: ScaleCost[]): string {
  const row = (cost: ScaleCost) => {
    const one = costs.find(({ credentials, kind }) => credentials === 1 && kind === cost.kind)!;
    const { bytes, credentials, emptySynth, kind, resources, synth } = cost;
    return [
      `${credentials} ${kind}`, String(resources), times(resources / one.resources), `${(bytes / 1000).toFixed(0)} kB`, times(bytes / one.bytes),
      `${synth.median.toFixed(0)} ms`, times(synth.median / emptySynth.median), times(synth.median / one.synth.median),
    ];
  };
  const head = ['credentials in a stack', 'resources', 'to 1', 'template', 'to 1', 'synth', 'to an empty stack', 'to 1'];
  return table('A stack with many credentials; CloudFormation takes 500 resources and 1,000 kB', head, costs.map(row));
}

function times(ratio: number): string {
  return `x ${ratio.toFixed(2)}`;
}
