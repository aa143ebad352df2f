import { Mishap } from './faults';
import { Change } from './place';
import { Point } from '../point';
import { Violation } from '../promises';

/** What goes wrong in a deployment, by the number of the point at which it does. */
export type DeploymentPlan = ReadonlyMap<number, Mishap>;

export interface DeploymentRun {
  readonly change: Change;
  readonly plan: DeploymentPlan;
  /** How the deployment ended. */
  readonly status: string;
  readonly violations: readonly Violation[];
  /** The points of the deployment. */
  readonly points: readonly Point[];
  /** All effects that the promises were looked at after. */
  readonly effects: number;
  /** Secret keys that were looked for in everything that left the function. */
  readonly secrets: number;
  /** It came to a state from which another run has gone on to the end of the stack. */
  readonly merged: boolean;
}
