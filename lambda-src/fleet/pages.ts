import { RotationError } from '../basics/errors';
import { BackOff, SECOND } from '../basics/time';
import { Context } from '../context';

/** What is needed to read the results of commands. */
export type CommandReader = Pick<Context, 'clock' | 'end' | 'random' | 'runCommand'>;

/** Nothing has gone wrong, but the servers, or the reading of their answers, need more time than is left. */
export class OutOfTimeError extends RotationError {}

/** Reads a page as fast as Systems Manager allows, until time is up. */
export async function readPage<Page>({ clock, end, random }: CommandReader, what: string, read: () => Promise<Page | undefined>): Promise<Page> {
  const page = await new BackOff(clock, random, SECOND, 15 * SECOND).poll(end, read);
  if (page !== undefined && clock.now() <= end) return page;
  throw new OutOfTimeError(`${what} could not be read before the function had to end; wait for the retry, which reads them again, or rotate now`, 'run-command-answers-slowly');
}
