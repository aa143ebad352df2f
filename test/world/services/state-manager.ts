import { isTarget, Ssm } from './ssm';
import { CommandTarget } from './ssm-command';
import { resolveParameters, versionOf } from './ssm-documents';
import { ManagedNode, StepResult } from '../nodes/managed-node';

export interface AssociationProperties {
  readonly Name: string;
  readonly DocumentVersion?: string;
  readonly Parameters?: Record<string, string[]>;
  readonly Targets: CommandTarget[];
}

/** Associations: documents that the agents of all targets run by themselves. Nothing of it is to be seen in Run Command. */
export class StateManager {
  private readonly associations: AssociationProperties[] = [];
  private runs = 0;

  constructor(private readonly ssm: Ssm) {}

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
    for (const association of this.associations.filter(({ Targets }) => Targets.every(target => isTarget(node, target)))) {
      results.push(...await node.run({
        commandId: `association-${this.runs++}`,
        documentName: association.Name,
        content: this.contentOf(association),
        parameters: resolveParameters(this.contentOf(association), association.Parameters),
      }));
    }
    return results;
  }

  private contentOf({ DocumentVersion, Name }: AssociationProperties) {
    return versionOf(this.ssm.documents.find(Name), DocumentVersion);
  }
}
