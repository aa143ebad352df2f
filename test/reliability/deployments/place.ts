import { Call } from './call';
import { RotationConfig } from '../../../src/private/rotation-contract';
import { ConcurrentClock, DeployedFunction, StackLife, World } from '../../world';
import { SimulatedNode } from '../../world/nodes';
import { Point } from '../point';
import { Setup } from '../setups';

/** A function of the stack, and what it is configured to do. */
export interface ConfiguredFunction {
  readonly fn: DeployedFunction;
  readonly config: RotationConfig;
}

/** What people and promises see of a stack that is deployed. */
export interface Place {
  readonly clock: ConcurrentClock;
  readonly world: World;
  readonly servers: readonly SimulatedNode[];
  readonly stack: StackLife;
  /** The stack's status, as CloudFormation names it. */
  readonly status: string;
  readonly functions: readonly ConfiguredFunction[];
  readonly calls: readonly Call[];
  /** Everything that left the functions besides their calls. */
  readonly output: readonly string[];
  readonly serversPrintSecrets: boolean;
  /** Keys that somebody deleted by hand. */
  readonly excused: Set<string>;
  /** The call that a point belongs to. */
  callAt(point: Point): Call | undefined;
}

/** A deployment: from what a stack is to what it is to be. */
export interface Change {
  readonly name: string;
  /** Nothing before the first deployment. */
  readonly from?: Setup;
  /** Nothing after the last one. */
  readonly to?: Setup;
  /** How many rotations it asks for. */
  readonly rotations: number;
  /** What a person does by hand just before. */
  readonly before?: (place: Place) => void | Promise<void>;
}
