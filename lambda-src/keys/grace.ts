import { SecretVersion } from '../aws/secret-versions';
import { Context } from '../context';
import { Grace, graceLabel, graceMoment, isGraceLabel, Labelled } from '../secret/labels';

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

/** Removes the marks. A label that stayed would keep its version and its key forever. */
export async function unmark({ versions }: Context, { id, stages }: Labelled & Pick<SecretVersion, 'id'>): Promise<void> {
  await versions.detachAll(stages.filter(isGraceLabel), id);
}
