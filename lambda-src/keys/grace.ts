import { SecretVersion } from '../aws/secret-versions';
import { DAY } from '../basics/time';
import { Context } from '../context';
import { Grace, graceLabel, graceMoment, isGraceLabel, Labelled } from '../secret/labels';

/** No deployment takes longer, its rollback included. */
export const LONGEST_DEPLOYMENT = DAY;

/** Returns the marked time. If there is none, marks the present time. */
export async function markOnce(context: Context, version: SecretVersion, grace: Grace): Promise<number> {
  return graceMoment(version, grace) ?? mark(context, version, grace);
}

/** Marks the present time, and returns it. */
export async function mark({ clock, versions }: Context, { id }: SecretVersion, grace: Grace): Promise<number> {
  const now = clock.now();
  await versions.attach(graceLabel(grace, now, id), id);
  return now;
}

/** Marks a version anew, so that a deployment which may be rolled back does not lose its key. */
export async function markAgain(context: Context, version: SecretVersion): Promise<void> {
  const { id, stages } = version;
  const label = graceLabel('unused', await mark(context, version, 'unused'), id);
  await unmark(context, { id, stages: stages.filter(stage => stage !== label) });
}

/** Removes the marks. A label that stayed would keep its version and its key forever. */
export async function unmark({ versions }: Context, { id, stages }: Labelled & Pick<SecretVersion, 'id'>): Promise<void> {
  await versions.detachAll(stages.filter(isGraceLabel), id);
}
