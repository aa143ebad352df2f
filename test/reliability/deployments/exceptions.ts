import { CANCELLED, Mishap } from './faults';
import { DeploymentRun } from './run';
import { Violation } from '../promises';

/** A known way in which a deployment ends worse than promised. */
export interface Exception {
  readonly name: string;
  /** Whether it is to be fixed. Otherwise AWS works like that, and a document says what to do. */
  readonly isDefect?: boolean;
  readonly covers: (run: DeploymentRun, violation: Violation) => boolean;
}

const SCHEDULE_IN_ROTATION = /A previous rotation isn't complete/;

/** `npm run reliability` fails if one of these no longer occurs. */
export const EXCEPTIONS: readonly Exception[] = [
  {
    // The schedule starts a rotation, and without a request for the credential nothing deletes its key: docs/deploying.md, 'Deleting the stack'.
    name: 'a creation that is cancelled between the schedule and the credential leaves a key',
    covers: (run, { promise, what }) => promise === 'P9' && isCancelledAt(run, /Schedule\w+ (CREATE|UPDATE)_(IN_PROGRESS|COMPLETE)/)
      && /access keys first|keys are left over|left over: |already exists/.test(what),
  },
  {
    // CloudFormation restores the schedule before the function hears of anything, and Secrets Manager refuses during a rotation.
    name: 'a change of the schedule that is cancelled during a rotation ends in UPDATE_ROLLBACK_FAILED',
    covers: ({ change, plan }, { promise, what }) => promise === 'P9' && change.name.includes('schedule') && [...plan.values()].includes(CANCELLED)
      && SCHEDULE_IN_ROTATION.test(what),
  },
  {
    // Nothing tells the keys of a construct that imports both from those of before it, if its creation is cancelled before it has an id.
    name: 'a cancelled first deployment over an imported user and secret leaves them with the credential that it has promoted',
    covers: ({ change, status }, { promise, what }) => promise === 'P9' && change.name.startsWith('the first deployment, over') && status === 'ROLLBACK_COMPLETE'
      && what === '1 keys are left over',
  },
  {
    // There is no credential to give back, and a key that works on servers does less harm than mail that is refused.
    name: 'a first deployment with an imported user that is given up leaves the key that servers have been given',
    covers: ({ change, plan, status }, { promise, what }) => promise === 'P9' && change.name === 'the first deployment, with an imported user'
      && status === 'ROLLBACK_COMPLETE' && [...plan.values()].some(({ cancels }) => !cancels) && what === '1 keys are left over',
  },
  {
    name: 'a change to an imported user that is canceled while its slow rotation waits for another attempt cannot be rolled back',
    isDefect: true,
    covers: ({ change, status }) => change.name === 'an imported user' && status === 'UPDATE_ROLLBACK_FAILED',
  },
  {
    // It sees the configuration of one secret and the permissions or the keys of the other one.
    name: 'the watchdog, running in a deployment to an imported secret that takes long because SES is slow, fails',
    isDefect: true,
    covers: ({ change }, { promise, what }) => change.name === 'an imported secret' && promise === 'P10' && /not authorized to perform|no version of the secret refers/.test(what),
  },
  {
    // The former construct is not told, and nothing else gives those servers its credential: docs/limits.md.
    name: 'another id of the construct that is given up, and a server that cannot be reached while it is',
    covers: ({ change, points, plan }, { promise }) => change.name === 'another id of the construct' && ['P2', 'P10'].includes(promise)
      && [...plan.keys()].some(number => points[number - 1]?.step === 'Delete' && points[number - 1].name === 'SendCommand'),
  },
];

/** Why a broken promise was to be expected; undefined if it was not. */
export function exceptionFor(run: DeploymentRun, violation: Violation): Exception | undefined {
  return EXCEPTIONS.find(({ covers }) => covers(run, violation));
}

function isCancelledAt({ plan, points }: DeploymentRun, where: RegExp): boolean {
  return [...plan].some(([number, mishap]: [number, Mishap]) => mishap === CANCELLED && where.test(points[number - 1]?.name ?? ''));
}
