import { IConstruct } from 'constructs';

/** The same error with the path of its construct, because many may be defined in a loop. */
export function withPath({ node: { path } }: IConstruct, error: unknown): unknown {
  if (!(error instanceof Error) || error.message.includes(path)) return error;
  return new Error(`${path}: ${error.message}`, { cause: error });
}

/** Does something for a construct, whose path is in every error. */
export function forConstruct<T>(construct: IConstruct, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw withPath(construct, error);
  }
}
