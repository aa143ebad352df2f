import { dependencyOrder } from './dependency-order';
import { LiveResource } from './deployment';
import { StackChange } from './stack-change';
import { StackEvents } from './stack-events';
import { StackResources } from './stack-resources';
import { isCustom } from '../functions/custom-resource-request';

export interface StackRollbackOptions {
  /** What failed. */
  readonly change: StackChange;
  readonly before: ReadonlyMap<string, LiveResource>;
  readonly live: Map<string, LiveResource>;
  readonly events: StackEvents;
  readonly resources: StackResources;
}

/** The way back from an update that failed, without the deletions at its end. */
export class StackRollback {
  /** What the update has made. */
  public readonly obsolete: LiveResource[] = [];

  constructor(private readonly options: StackRollbackOptions) {}

  public async run(): Promise<void> {
    const { before, change, live } = this.options;
    const order = dependencyOrder(new Map([...before].map(([id, { dependencies }]) => [id, dependencies])));
    for (const resource of order.flatMap(id => before.get(id) ?? [])) {
      const attempted = change.attempted.get(resource.id);
      if (attempted) await this.options.events.during(resource.id, 'UPDATE', async () => this.restore(resource, attempted));
      else live.set(resource.id, resource);
    }
    for (const [id, resource] of live) {
      if (before.has(id)) continue;
      this.obsolete.push(resource);
      live.delete(id);
    }
  }

  /** What was replaced is still there; all else is updated again, what failed to be updated included. */
  private async restore(before: LiveResource, attempted: Record<string, unknown>): Promise<void> {
    const { live, resources } = this.options;
    const now = live.get(before.id) ?? before;
    const isReplaced = now.ref !== before.ref;
    const back = isReplaced && !isCustom(before.type) ? before : await resources.update({ ...now, properties: attempted }, before);
    // The policy is for what was there before the update.
    if (back.ref !== now.ref) this.obsolete.push({ ...now, updateReplacePolicy: 'Delete' });
    live.set(before.id, { ...before, ...back });
  }
}
