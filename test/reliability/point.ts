/** A moment of a run at which something can go wrong. */
export interface Point {
  /** Counts from 1, through all invocations of a run. */
  readonly number: number;
  /** The invocation of the function that it belongs to; a server's work belongs to none. */
  readonly invocation?: number;
  /** An `event` is on its way to the function; a `resource` of the stack has begun or ended to change. */
  readonly kind: 'call' | 'login' | 'pause' | 'server' | 'event' | 'resource';
  /** The action, the endpoint, the server, the event or the resource. */
  readonly name: string;
  readonly step: string;
}
