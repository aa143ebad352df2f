import { SecretVersion } from '../aws/secret-versions';
import { Context } from '../context';
import { Grace, graceLabel, graceMoment, isGraceLabel, Labelled } from '../secret/labels';

/** The moment that is marked; if there is none, marks the present one. */
export async function markOnce(context: Context, version: SecretVersion, grace: Grace): Promise<number> {
  return graceMoment(version, grace) ?? mark(context, version, grace);
}

/** Marks that it is so from now on, and returns the present moment. */
export async function mark({ clock, versions }: Context, { id }: SecretVersion, grace: Grace): Promise<number> {
  const now = clock.now();
  await versions.attach(graceLabel(grace, now, id), id);
  return now;
}

/** A label that stayed would keep its version, and what it refers to, for ever. */
export async function unmark({ versions }: Context, { id, stages }: Labelled & Pick<SecretVersion, 'id'>): Promise<void> {
  await versions.detachAll(stages.filter(isGraceLabel), id);
}
