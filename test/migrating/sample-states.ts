import { User } from 'aws-cdk-lib/aws-iam';
import { Existing } from './takeover';
import { SECOND } from '../../lambda-src/basics/time';
import { Fault, REPLY_LOST, REQUEST_LOST } from '../reliability/faults';
import { Lab } from '../reliability/lab';
import { Point } from '../reliability/point';
import { SAMPLE, SAMPLE_STACK } from '../reliability/sample/subject';
import { Setup } from '../reliability/setups';
import { parseCredential } from '../world/nodes';

/** The name that the sample gives its user, unless it is told another. */
export const USER_NAME = 'SESSendUser';

const DEPLOYED_SAMPLE: Setup = {
  ...SAMPLE_STACK,
  before: world => {
    SAMPLE_STACK.before?.(world);
    world.iam.createUser({ name: USER_NAME });
  },
  props: (stack, document) => ({ ...SAMPLE_STACK.props(stack, document), user: User.fromUserName(stack, 'User', USER_NAME) }),
};

/** What the sample can leave behind, with two mail servers. */
export interface SampleState {
  readonly name: string;
  readonly reach: (sample: Lab) => Promise<void>;
}

export const HEALTHY: SampleState = { name: 'healthy', reach: setUp };

export const NEVER_PUSHED: SampleState = {
  name: 'promoted and never pushed',
  reach: async sample => {
    await setUp(sample);
    await rotateWith(sample, REQUEST_LOST, ({ kind }) => kind === 'server');
  },
};

export const PUSHED_TO_ONE: SampleState = {
  name: 'promoted and pushed to one of two servers',
  reach: async sample => {
    await setUp(sample);
    await rotateWith(sample, REQUEST_LOST, ({ name }) => name === sample.servers[1].instanceId);
  },
};

export const OUT_OF_SLOTS: SampleState = {
  name: 'promoted and never pushed, the next rotation out of key slots',
  reach: async sample => {
    await NEVER_PUSHED.reach(sample);
    await sample.rotate({ maxAttempts: 3 });
  },
};

export const PREVIOUS_KEPT: SampleState = {
  name: 'pushed, with the previous key still there',
  reach: async sample => {
    await setUp(sample);
    await rotateWith(sample, REQUEST_LOST, ({ name }) => name === 'DeleteAccessKey');
  },
};

export const ORPHAN: SampleState = {
  name: 'a key that nobody refers to, and servers that somebody gave the current one',
  reach: async sample => {
    await rotateWith(sample, REPLY_LOST, once(({ name }) => name === 'CreateAccessKey'));
    const credential = parseCredential(sample.current?.value?.SecretString ?? '');
    sample.servers.forEach(server => { server.heldCredential = credential; });
  },
};

export const PENDING_WITHOUT_VALUE: SampleState = {
  name: 'a pending version without a value, and a key that nobody refers to',
  reach: async sample => {
    await setUp(sample);
    await rotateWith(sample, REPLY_LOST, ({ name }) => name === 'CreateAccessKey');
  },
};

export const PENDING_WITH_VALUE: SampleState = {
  name: 'a pending version with a value that was never promoted',
  reach: async sample => {
    await setUp(sample);
    sample.ses.setFaults({ propagationDelay: 31 * SECOND });
    await sample.rotate({ maxAttempts: 3 });
  },
};

export const SAMPLE_STATES = [
  HEALTHY, NEVER_PUSHED, PUSHED_TO_ONE, OUT_OF_SLOTS, PREVIOUS_KEPT, ORPHAN, PENDING_WITHOUT_VALUE, PENDING_WITH_VALUE,
];

/** What is there when the sample's stack is gone: the user, the secret, and what the servers hold. */
export async function leftBy({ reach }: SampleState): Promise<Existing> {
  const sample = new Lab(DEPLOYED_SAMPLE, { subject: SAMPLE });
  await reach(sample);
  const { clock, servers, world } = sample;
  world.ssm.nodes.length = 0;
  // They show the passwords to everybody, which nobody who comes after the sample can undo.
  world.ssm.commands.length = 0;
  return { clock, world, held: servers.map(({ heldCredential }) => heldCredential) };
}

/** Two rotations, because the sample's first one gives the servers nothing. */
async function setUp(sample: Lab): Promise<void> {
  await sample.rotate();
  await sample.rotate();
}

async function rotateWith(sample: Lab, fault: Fault, strikes: (point: Point) => boolean): Promise<void> {
  sample.faultAt = point => strikes(point) ? fault : undefined;
  await sample.rotate({ maxAttempts: 3 });
  sample.calmDown();
}

function once(strikes: (point: Point) => boolean): (point: Point) => boolean {
  let struck = false;
  return point => {
    const first = !struck && strikes(point);
    struck ||= first;
    return first;
  };
}
