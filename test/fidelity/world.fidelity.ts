import { beforeAll, describe, expect, inject, it } from 'vitest';
import { compare, play, Result, Shown } from './comparison';
import { DIFFERENCES, explains, looksLike } from './differences';
import { IAM_PROBES } from './iam-probes';
import { MotoSide } from './moto-side';
import { ROTATIONS } from './rotations';
import { SECRETS_MANAGER_PROBES } from './secrets-manager-probes';
import { Sequence } from './sequence';
import { WorldSide } from './world-side';

/**
 * Not compared: messages and times; permissions and KMS, because moto does not keep ARN-scoped policies; Systems Manager,
 * of which moto knows too little; what Secrets Manager does with a function, because moto ignores what the function does.
 */
const PROBES = [...SECRETS_MANAGER_PROBES, ...IAM_PROBES];
const NAMES = [...ROTATIONS, ...PROBES].map(({ name }) => name);

interface Played {
  readonly sequence: Sequence;
  readonly world: Result[];
  readonly shown: Shown[];
}

const played = new Map<string, Played>();

beforeAll(async () => {
  const recorded = await Promise.all(ROTATIONS.map(async rotation => rotation.record()));
  for (const sequence of [...recorded, ...PROBES]) played.set(sequence.name, await playOnBothSides(sequence));
}, 120_000);

async function playOnBothSides(sequence: Sequence): Promise<Played> {
  const world = await play(sequence, new WorldSide());
  const moto = await play(sequence, await MotoSide.reset(inject('motoUrl')));
  return { sequence, world, shown: compare(sequence, world, moto) };
}

function ofSequence(name: string): Played {
  const found = played.get(name);
  if (!found) throw new Error(`there is no sequence in which ${name}`);
  return found;
}

describe('the world and moto', () => {
  it.each(NAMES)('differ only as listed when %s', name => {
    expect(ofSequence(name).shown.filter(shown => !DIFFERENCES.some(difference => explains(difference, shown)))).toEqual([]);
  });
});

describe('a listed difference', () => {
  it.each(DIFFERENCES.map(difference => [difference.what, difference] as const))('still shows: %s', (_what, difference) => {
    const seen = difference.at.flatMap(({ when }) => ofSequence(when).shown).filter(shown => explains(difference, shown));
    expect(seen.map(({ sequence, step }) => ({ when: sequence, step }))).toEqual(expect.arrayContaining(difference.at));
    expect(difference.shows.filter(show => !seen.some(shown => looksLike(show, shown)))).toEqual([]);
  });
});

describe('a recorded rotation', () => {
  it.each(ROTATIONS.map(({ name }) => name))('is refused the same calls when it is replayed: %s', name => {
    const { sequence, world } = ofSequence(name);
    const recorded = sequence.steps.map(step => ('recorded' in step ? step.recorded?.error : undefined));
    expect(world.map(({ error }) => error && wireCode(error))).toEqual(recorded.map(error => error && wireCode(error)));
  });
});

/** The SDK appends to IAM's codes what Secrets Manager's already have. */
function wireCode(errorName: string): string {
  return errorName.replace(/Exception$/, '');
}
