import { Principal } from './permissions';

export type Input = Record<string, unknown>;

/** One API action: what a service does with a request that has arrived, permissions included. */
export type Operation = (input: Input, caller: Principal) => unknown;

/** The wire carries no types: this is the one place where a request gets the type of its action. */
export function operation<Request>(handle: (request: Request, caller: Principal) => unknown): Operation {
  return (input, caller) => handle(input as Request, caller);
}
