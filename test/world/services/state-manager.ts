import { isTarget, Ssm } from './ssm';
import { CommandTarget } from './ssm-command';
import { resolveParameters, versionOf } from './ssm-documents';
import { Environment } from '../environment';
import { CommandExecution, ManagedNode, StepResult } from '../nodes/managed-node';

export interface AssociationProperties {
  readonly Name: string;
  readonly DocumentVersion?: string;
  readonly Parameters?: Record<string, string[]>;
  readonly Targets: CommandTarget[];
}

/** Associations: documents that the agents of all targets run by themselves. Nothing of it is to be seen in Run Command. */
export class StateManager {
  /** What nodes reported of runs that came later. */
  public readonly reports: StepResult[] = [];
  private readonly associations: AssociationProperties[] = [];
  private runs = 0;

  constructor(private readonly environment: Environment, private readonly ssm: Ssm) {}

  /** Refuses what State Manager would; a test says when it runs. */
  public associate(properties: AssociationProperties): void {
    resolveParameters(this.contentOf(properties), properties.Parameters);
    this.associations.push(properties);
  }

  public dissociate(properties: AssociationProperties): void {
    this.associations.splice(0, Infinity, ...this.associations.filter(association => association !== properties));
  }

  /** A node registers, and runs the associations that it is a target of; returns what they reported. */
  public async join(node: ManagedNode): Promise<StepResult[]> {
    this.ssm.nodes.push(node);
    return this.runOn(node);
  }

  /** A node's run at the interval of its associations. */
  public async runOn(node: ManagedNode): Promise<StepResult[]> {
    const results: StepResult[] = [];
    for (const execution of this.executionsFor(node)) results.push(...await node.run(execution));
    return results;
  }

  /**
   * The node gets its associations as they are now, and runs them after so many milliseconds each: late, or twice. It doesn't notice
   * what becomes of them meanwhile, nor that they are deleted.
   */
  public runLater(node: ManagedNode, ...delays: number[]): void {
    const executions = this.executionsFor(node);
    const run = async () => {
      for (const execution of executions) this.reports.push(...await node.run(execution));
    };
    for (const delay of delays) this.environment.clock.after(delay, run);
  }

  private executionsFor(node: ManagedNode): CommandExecution[] {
    return this.associations.filter(({ Targets }) => Targets.every(target => isTarget(node, target))).map(association => ({
      commandId: `association-${this.runs++}`,
      documentName: association.Name,
      content: this.contentOf(association),
      parameters: resolveParameters(this.contentOf(association), association.Parameters),
    }));
  }

  private contentOf({ DocumentVersion, Name }: AssociationProperties) {
    return versionOf(this.ssm.documents.find(Name), DocumentVersion);
  }
}
