/** When a process dies at a request, as the service sees it. */
export type Moment = 'before its effect' | 'before its reply';

export const MOMENTS: readonly Moment[] = ['before its effect', 'before its reply'];

export interface KillPoint {
  /** Which request of the rotation. */
  readonly index: number;
  readonly moment: Moment;
}

/** The requests of one rotation in the order in which they arrive, and the one at which the process is to die. */
export class Boundaries {
  public readonly requests: string[] = [];

  constructor(private readonly killAt?: KillPoint) {}

  /** When the process is to die at the request that arrives now; undefined if it goes on living. */
  public reach(request: string): Moment | undefined {
    const index = this.requests.push(request) - 1;
    return index === this.killAt?.index ? this.killAt.moment : undefined;
  }
}
