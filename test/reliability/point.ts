/** A moment of a run at which something can go wrong. */
export interface Point {
  /** Counts from 1, through all invocations of a run. */
  readonly number: number;
  /** The invocation of the function that it belongs to; a server's work belongs to none. */
  readonly invocation?: number;
  readonly kind: 'call' | 'login' | 'pause' | 'server';
  /** The action, the endpoint or the server. */
  readonly name: string;
  readonly step: string;
}
