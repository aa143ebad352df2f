import type { CommandExecution, StepResult } from './managed-node';
import { Node, NodeOptions } from './node';
import { SmtpCredential } from './smtp-credential';

/** What a node does with a command. */
export type NodeBehaviour = (execution: CommandExecution, node: SimulatedNode) => StepResult[] | Promise<StepResult[]>;

export interface SimulatedNodeOptions extends NodeOptions {
  readonly behaviour: NodeBehaviour;
}

/** A node without a process, for virtual time. */
export class SimulatedNode extends Node {
  /** Can be changed between commands. */
  public behaviour: NodeBehaviour;
  /** What its mail server logs in with now. */
  public heldCredential?: SmtpCredential;
  /** The ids of the versions that it has applied, oldest first. */
  public readonly appliedVersions: string[] = [];
  public readonly executions: CommandExecution[] = [];

  constructor(options: SimulatedNodeOptions) {
    super(options);
    this.behaviour = options.behaviour;
  }

  public async run(execution: CommandExecution): Promise<StepResult[]> {
    this.executions.push(execution);
    return this.behaviour(execution, this);
  }
}
