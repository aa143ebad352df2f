import type { CommandExecution, ManagedNode, StepResult } from './managed-node';

export interface NodeOptions {
  readonly instanceId: string;
  readonly platformType?: 'Linux' | 'Windows';
  readonly tags?: Record<string, string>;
  readonly resourceGroups?: string[];
  readonly online?: boolean;
  readonly appearsAfter?: number;
  readonly startsAfter?: number;
}

export abstract class Node implements ManagedNode {
  public readonly instanceId: string;
  public readonly platformType: 'Linux' | 'Windows';
  public readonly tags: Record<string, string>;
  public readonly resourceGroups: string[];
  public online: boolean;
  public appearsAfter: number;
  public startsAfter: number;
  public forcedStatusDetails?: ManagedNode['forcedStatusDetails'];

  constructor(options: NodeOptions) {
    this.instanceId = options.instanceId;
    this.platformType = options.platformType ?? 'Linux';
    this.tags = options.tags ?? {};
    this.resourceGroups = options.resourceGroups ?? [];
    this.online = options.online ?? true;
    this.appearsAfter = options.appearsAfter ?? 0;
    this.startsAfter = options.startsAfter ?? 0;
  }

  public abstract run(execution: CommandExecution): Promise<StepResult[]>;
}
