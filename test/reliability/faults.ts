import { MINUTE, SECOND } from '../../lambda-src/basics/time';
import { LoginResult } from '../../lambda-src/smtp/login';
import { AwsError, ConnectionLost } from '../world';
import { Disturbed, Strike, Strikes } from './disturbed';
import { Lab } from './lab';
import { Point } from './point';
import { StepResult } from '../world/nodes/managed-node';

/** Something that goes wrong, once. */
export interface Fault<Where = Lab> extends Strikes<Where> {
  readonly name: string;
  /** Narrows the calls that it can happen to. */
  readonly actions?: string[];
  /** Calls that it is not put before. */
  readonly sparedActions?: string[];
}

const unreachable = (reply: string): LoginResult => ({ outcome: 'unreachable', reply });
const throttled = () => new AwsError('ThrottlingException', 'Rate exceeded');
const internalError = () => new AwsError('InternalFailure', 'The request processing has failed because of an unknown error', 500);
/** The SDK gives a request so much time. */
const REQUEST_TIMEOUT = 10 * SECOND;

export const REQUEST_LOST: Fault<Disturbed> = {
  name: 'request not delivered',
  call: async () => { throw new ConnectionLost(); },
  login: async () => unreachable('connect ECONNREFUSED'),
  server: async (_effect, _lab, { name }) => report(name, 'Failed', 'the document failed before it changed anything'),
};

export const REPLY_LOST: Fault<Disturbed> = {
  name: 'reply lost',
  call: async effect => {
    await effect();
    throw new ConnectionLost();
  },
  login: async effect => {
    await effect();
    return unreachable('Connection closed unexpectedly');
  },
  server: async (effect, _lab, { name }) => {
    await effect();
    return report(name, 'Failed', 'the document failed after it had changed everything');
  },
};

export const THROTTLED: Fault<Disturbed> = {
  name: 'throttled',
  call: async () => { throw throttled(); },
  login: async (): Promise<LoginResult> => ({ outcome: 'busy', reply: '454 Temporary authentication failure' }),
};

export const SERVER_ERROR: Fault<Disturbed> = {
  name: 'server error before the effect',
  call: async () => { throw internalError(); },
  login: async (): Promise<LoginResult> => ({ outcome: 'failed', reply: '554 Transaction failed' }),
};

export const SERVER_ERROR_AFTER: Fault<Disturbed> = {
  name: 'server error after the effect',
  call: async effect => {
    await effect();
    throw internalError();
  },
};

export const TIME_OUT: Fault<Disturbed> = {
  name: 'no reply until the timeout',
  call: async (effect, lab) => {
    await effect();
    await lab.clock.sleep(REQUEST_TIMEOUT);
    throw Object.assign(new Error('Request timed out'), { name: 'TimeoutError' });
  },
  login: async (effect, lab) => {
    await effect();
    await lab.clock.sleep(15 * SECOND);
    return unreachable('Timeout');
  },
  server: async (effect, _lab, { name }) => {
    await effect();
    return report(name, 'TimedOut', '');
  },
};

/** Lambda's time-out is such a death, too: it can come at any moment. */
export const KILLED_BEFORE: Fault<Disturbed> = {
  name: 'function killed before',
  ...everywhere(async (_effect, lab, point) => lab.killFunction(point)),
  // The server goes on.
  server: async (effect, lab, point) => {
    void lab.killFunction(point);
    return effect();
  },
};

export const KILLED_AFTER: Fault<Disturbed> = {
  name: 'function killed after',
  ...everywhere(async (effect, lab, point) => {
    await effect();
    return lab.killFunction(point);
  }),
  server: async (effect, lab, point) => {
    const result = await effect();
    void lab.killFunction(point);
    return result;
  },
};

/** One host behind the endpoint's name does not know the key. */
export const HOST_REFUSES: Fault<Disturbed> = {
  name: 'login refused by one host',
  login: async (): Promise<LoginResult> => ({ outcome: 'refused', reply: '535 Authentication Credentials Invalid' }),
};

export const SERVER_DOES_NOTHING: Fault<Disturbed> = {
  name: 'server skips the document',
  server: async (_effect, _lab, { name }) => report(name, 'Success', 'Step execution skipped due to unsupported plugin: aws:runShellScript. Step name: run'),
};

/** This call and the next two see the keys as they were before the last change. */
export const KEYS_STALE: Fault<Disturbed> = {
  name: 'stale list of keys',
  actions: ['ListAccessKeys'],
  call: async (effect, lab) => {
    lab.staleKeyLists = 3;
    lab.promises.strayKeysExpected = true;
    return effect();
  },
};

/** This call and the next two do not see the value of the pending version. */
export const VALUE_NOT_VISIBLE: Fault<Disturbed> = {
  name: 'pending value not visible yet',
  actions: ['GetSecretValue'],
  call: async (effect, lab) => {
    lab.hiddenPendingValues = 3;
    return effect();
  },
};

/** The list of invocations stays empty for a while, and the servers take their time. */
export const SERVERS_LATE: Fault<Disturbed> = {
  name: 'servers show up late',
  actions: ['SendCommand'],
  call: async (effect, lab) => {
    lab.servers.forEach((server, index) => Object.assign(server, { appearsAfter: 20 * SECOND * (index + 1), startsAfter: 10 * SECOND }));
    return effect();
  },
};

/** A command takes longer than a step of the rotation. */
export const SERVERS_SLOW: Fault = {
  name: 'servers take 20 minutes',
  actions: ['SendCommand'],
  call: async (effect, lab) => {
    for (const server of lab.servers) Object.assign(server, { startsAfter: 20 * MINUTE });
    return effect();
  },
};

/** What can happen without anybody's doing. */
export const SYSTEM_FAULTS = [
  REQUEST_LOST, REPLY_LOST, THROTTLED, SERVER_ERROR, SERVER_ERROR_AFTER, TIME_OUT, KILLED_BEFORE, KILLED_AFTER,
  HOST_REFUSES, SERVER_DOES_NOTHING, SERVERS_LATE, KEYS_STALE, VALUE_NOT_VISIBLE,
];

/** Without servers, what only they can do does not happen. */
export function systemFaults(hasServers: boolean): Fault<Disturbed>[] {
  return SYSTEM_FAULTS.filter(fault => hasServers || (fault !== SERVER_DOES_NOTHING && fault !== SERVERS_LATE));
}

export function canStrike(fault: Fault<never>, point: Point): boolean {
  if (point.kind === 'call' && fault.sparedActions?.includes(point.name)) return false;
  return fault[point.kind] !== undefined && (point.kind !== 'call' || !fault.actions || fault.actions.includes(point.name));
}

function everywhere(strike: Strike<Disturbed>): Strikes<Disturbed> {
  return { call: strike, login: strike, pause: strike, server: strike };
}

function report(name: string, status: StepResult['status'], output: string): StepResult[] {
  return [{ name, status, responseCode: status === 'Success' ? 0 : 1, output }];
}
