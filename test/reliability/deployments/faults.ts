import { SECOND } from '../../../lambda-src/basics/time';
import { FAILED_MARKER } from '../../../src/private/rotation-contract';
import { EarlyEnd } from '../../world/services/ssm-command';
import { Disturbed } from '../disturbed';
import { canStrike, Fault, SYSTEM_FAULTS } from '../faults';
import { Point } from '../point';

/** Something that goes wrong in a deployment, once. */
export interface Mishap extends Fault<Disturbed> {
  /** When the function gets an event, in milliseconds after it was sent. */
  readonly deliveries?: readonly number[];
  /** The deployment must succeed all the same. */
  readonly isHarmless?: boolean;
  /** CloudFormation gives the deployment up: another resource has failed, or a person wants it. */
  readonly cancels?: boolean;
}

export const CANCELLED: Mishap = { name: 'the deployment is canceled', cancels: true };

export const EVENT_LATE: Mishap = { name: 'an event arrives late', deliveries: [100 * SECOND], isHarmless: true };
export const EVENT_TWICE: Mishap = { name: 'an event arrives twice', deliveries: [0, SECOND], isHarmless: true };
export const EVENT_TWICE_MUCH_LATER: Mishap = { name: 'an event arrives again, minutes later', deliveries: [0, 170 * SECOND], isHarmless: true };
export const EVENT_LOST: Mishap = { name: 'an event is lost', deliveries: [] };

const commandEnds = (name: string, end: EarlyEnd): Mishap => ({
  name,
  actions: ['SendCommand'],
  call: async (effect, { world: { ssm } }) => {
    const commands = ssm.commands.length;
    ssm.earlyEnd = () => ssm.commands.length === commands + 1 ? end : undefined;
    return effect();
  },
});

export const RATE_EXCEEDED = commandEnds('a command exceeds the rate and reaches no server', { status: 'Failed', statusDetails: 'RateExceeded', targetCount: 0 });
export const COMMAND_CANCELLED = commandEnds('a command is canceled before it reaches a server', { status: 'Cancelled', statusDetails: 'Cancelled', targetCount: 2 });

/** A command counts a server that it does not list. */
export const SERVER_NOT_LISTED: Mishap = {
  name: 'a server is never listed',
  actions: ['SendCommand'],
  call: async (effect, { servers, world: { ssm } }) => {
    const reply = await effect();
    const command = ssm.commands.at(-1)!;
    const visible = command.visibleInvocations.bind(command);
    command.visibleInvocations = () => visible().filter(({ node }) => node !== servers[0]);
    return reply;
  },
};

/** Until all is calm again. */
export const SERVER_OFFLINE: Mishap = {
  name: 'a server goes offline',
  actions: ['SendCommand'],
  call: async (effect, { servers }) => {
    servers.slice(0, 1).forEach(server => Object.assign(server, { online: false }));
    return effect();
  },
};

/** A document fails, and prints what it was given, as AUTH PLAIN writes it. */
export const SERVER_ECHOES: Mishap = {
  name: 'a server prints the credential',
  server: async (effect, where, { name }) => {
    await effect();
    where.serversPrintSecrets = true;
    const { username, password } = where.servers.find(({ instanceId }) => instanceId === name)!.heldCredential!;
    const output = `${FAILED_MARKER} AUTH PLAIN ${Buffer.from(`\0${username}\0${password}`).toString('base64')}\n`;
    return [{ name, status: 'Failed', responseCode: 1, output }];
  },
};

/** What can go wrong at an effect while a stack is deployed. */
export const MISHAPS: readonly Mishap[] = [
  ...SYSTEM_FAULTS, EVENT_LATE, EVENT_TWICE, EVENT_TWICE_MUCH_LATER, EVENT_LOST, RATE_EXCEEDED, COMMAND_CANCELLED, SERVER_NOT_LISTED,
  SERVER_ECHOES, SERVER_OFFLINE,
];

export function canHappen(mishap: Mishap, point: Point): boolean {
  if (mishap.cancels) return true;
  return point.kind === 'event' ? mishap.deliveries !== undefined : canStrike(mishap, point);
}
