import { exceptionFor } from './exceptions';
import { canHappen, CANCELLED, Mishap, SERVER_OFFLINE } from './faults';
import { troubles } from './health';
import { Change } from './place';
import { DeploymentPlan, DeploymentRun } from './run';
import { Site, SiteOptions } from './site';
import { stateOf } from './state';
import { HOUR, SECOND } from '../../../lambda-src/basics/time';
import { Random } from '../../world';
import { Point } from '../point';
import { describeViolation, Violation } from '../promises';

export interface DeploymentOptions extends SiteOptions {
  /** The states from which runs have gone on to the end of the stack: from these, none does again. */
  readonly known?: Set<string>;
}

/** One deployment in which things go wrong; then the grace, another deployment, a rotation and the end of the stack, in which nothing does. */
export async function deploy(change: Change, plan: DeploymentPlan, options: DeploymentOptions = {}): Promise<DeploymentRun> {
  const site = new Site(change, options);
  const { promises } = site;
  await site.settle();
  site.mishapAt = ({ number }) => plan.get(number);
  await site.deploy();
  const { status } = site;
  const points = [...site.points];
  site.calmDown();
  promises.checkRotations();
  if ([...plan.values()].every(({ isHarmless }) => isHarmless)) promises.checkSucceeded();
  const { isLeftToPeople } = site;
  if (!isLeftToPeople && !change.before) promises.checkSuitable();
  if (!isLeftToPeople) promises.checkStatus('CREATE_COMPLETE', 'ROLLBACK_COMPLETE', 'UPDATE_COMPLETE', 'UPDATE_ROLLBACK_COMPLETE', 'DELETE_COMPLETE');
  const state = stateOf(site);
  const merged = options.known?.has(state) ?? false;
  options.known?.add(state);
  if (!merged) await goOn(site, isKeyLost(plan, points));
  promises.checkSecrecy();
  await site.end();
  const { points: { length: effects }, world: { iam: { issuedKeys } } } = site;
  return { change, plan, status, points, merged, violations: promises.violations, effects, secrets: issuedKeys.length };
}

async function goOn(site: Site, mayHaveStrayKey: boolean): Promise<void> {
  await site.clock.sleep(graceOf(site) + 2 * HOUR);
  site.promises.endGrace();
  if (site.isLeftToPeople) return;
  if (!mayHaveStrayKey) site.promises.checkNoStrayKey();
  await comeToAnEnd(site);
}

/** P5 and P9: the stack can be updated, its credential rotates, and it can be deleted. */
async function comeToAnEnd(site: Site): Promise<void> {
  const { change: { from, to }, promises } = site;
  if (/^(CREATE|UPDATE|UPDATE_ROLLBACK)_COMPLETE$/.test(site.status)) {
    // As the watchdog tells people.
    if (troubles(site).length > 0) await rotate(site);
    const next = site.status === 'UPDATE_ROLLBACK_COMPLETE' ? to : from;
    if (next) {
      await site.update(next);
      promises.checkStatus('UPDATE_COMPLETE');
    }
    await rotate(site);
    promises.checkConverged();
  }
  if (site.status !== 'DELETE_COMPLETE') await site.delete();
  promises.checkStatus('DELETE_COMPLETE');
  promises.checkGone();
}

/** P5. */
async function rotate(site: Site): Promise<void> {
  const error = await site.rotate();
  if (error) site.promises.violate('P5', `an undisturbed rotation failed: ${String(error)}`);
}

function graceOf({ functions }: Site): number {
  return Math.max(0, ...functions.map(({ config }) => config.gracePeriodSeconds)) * SECOND;
}

/** A key was made that the function may not know of, or one is kept that a server may hold: the next rotation deletes it. */
function isKeyLost(plan: DeploymentPlan, points: readonly Point[]): boolean {
  const isMaking = (number: number) => ['CreateAccessKey', 'PutSecretValue', 'ListAccessKeys'].includes(points[number - 1]?.name);
  return [...plan].some(([number, mishap]) => mishap === SERVER_OFFLINE || isMaking(number));
}

/** Chance decides what goes wrong, and where; a seed decides chance. Each draw is a cancellation, a fault, and both in one deployment. */
export async function* sample(
  change: Change, mishaps: readonly Mishap[], draws: number, seed: string, options?: DeploymentOptions,
): AsyncGenerator<DeploymentRun> {
  const random = new Random(`${seed} ${change.name}`);
  const pick = <T>(from: readonly T[]): T => from[Number.parseInt(random.hex(8), 16) % from.length];
  const pickFault = (points: readonly Point[]): DeploymentPlan => {
    const point = pick(points);
    const possible = mishaps.filter(mishap => canHappen(mishap, point));
    return new Map(possible.length > 0 ? [[point.number, pick(possible)]] : []);
  };
  const calm = await deploy(change, new Map(), options);
  yield calm;
  for (let draw = 0; draw < draws; draw++) {
    const cancelled = await deploy(change, new Map([[pick(calm.points).number, CANCELLED]]), options);
    yield cancelled;
    for (const plan of [new Map(), cancelled.plan]) {
      const { points } = plan === cancelled.plan ? cancelled : calm;
      const fault = pickFault(points.filter(({ number }) => !plan.has(number)));
      if (fault.size > 0) yield deploy(change, new Map([...plan, ...fault]), options);
    }
  }
}

/** Without a mishap, and with one at every point. */
export async function* singles(change: Change, mishaps: readonly Mishap[], options?: DeploymentOptions): AsyncGenerator<DeploymentRun> {
  const calm = await deploy(change, new Map(), options);
  yield calm;
  for (const point of calm.points) {
    for (const mishap of mishaps.filter(candidate => canHappen(candidate, point))) yield deploy(change, new Map([[point.number, mishap]]), options);
  }
}

export async function* cancelledEverywhere(change: Change, options?: DeploymentOptions): AsyncGenerator<DeploymentRun> {
  yield* singles(change, [CANCELLED], options);
}

/** The broken promises that nothing explains. */
export function unexpected(run: DeploymentRun): Violation[] {
  return run.violations.filter(violation => !exceptionFor(run, violation));
}

export function describeRun(run: DeploymentRun): string {
  return `${run.change.name}, ${describeMishaps(run)}, ${run.status} => ${run.violations.map(describeViolation).join('; ')}`;
}

export function describeMishaps({ plan, points }: DeploymentRun): string {
  return [...plan].map(([number, { name }]) => `${points[number - 1]?.step} ${points[number - 1]?.name} (${number}): ${name}`).join(' + ') || 'nothing';
}
