import { RotationError } from '../basics/errors';
import { BackOff, SECOND } from '../basics/time';
import { Context } from '../context';

/** What it takes to read what became of commands. */
export type CommandReader = Pick<Context, 'clock' | 'end' | 'random' | 'runCommand'>;

/** Nothing has gone wrong: servers, or the reading of what they answer, need more time than is left. */
export class OutOfTimeError extends RotationError {}

/** Reads a page as fast as Systems Manager lets it be read, and no longer than there is time. */
export async function readPage<Page>({ clock, end, random }: CommandReader, what: string, read: () => Promise<Page | undefined>): Promise<Page> {
  const page = await new BackOff(clock, random, SECOND, 15 * SECOND).poll(end, read);
  if (page !== undefined && clock.now() <= end) return page;
  throw new OutOfTimeError(`${what} could not be read before the function had to end; wait for the retry, which reads them again, or rotate now`, 'run-command-answers-slowly');
}
