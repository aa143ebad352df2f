import { EventEmitter, once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { World } from '../../world';
import { applicableVersions, appliesCredential, NodeBehaviour, SimulatedNode } from '../../world/nodes';

/**
 * Mail servers that take a command's credential one after the other, each when it is told to: so every state
 * in between is there for a kill to meet it, and no run depends on who is faster.
 */
export class TurnTakingFleet {
  public readonly servers: SimulatedNode[];
  private readonly waiting: (() => void)[] = [];
  private readonly arrivals = new EventEmitter();

  constructor(world: World, size: number, tags: Record<string, string>) {
    const apply = appliesCredential(applicableVersions(world.secretsManager));
    this.servers = Array.from({ length: size }, (_, index) => new SimulatedNode({
      instanceId: `i-0000000000000000${index}`, tags, behaviour: this.inTurn(apply),
    }));
  }

  /** While a command is on its way: resolves when one more server has answered it. */
  public async letOneAnswer(): Promise<void> {
    if (this.waiting.length === 0) await once(this.arrivals, 'arrival');
    this.waiting.shift()?.();
    // Run Command notes the answer in the same turn of the event loop.
    await setImmediate();
  }

  /** As they were before the first rotation. */
  public forget(): void {
    for (const server of this.servers) server.heldCredential = undefined;
  }

  private inTurn(apply: NodeBehaviour): NodeBehaviour {
    return async (execution, server) => {
      await new Promise<void>(turn => {
        this.waiting.push(turn);
        this.arrivals.emit('arrival');
      });
      return apply(execution, server);
    };
  }
}
