import { SecretDescription } from '../aws/secret-versions';
import { Context } from '../context';
import { emptyLabel, emptySince, holderOf, isCurrent, isEmptyLabel, labelledIn } from '../secret/labels';

/**
 * Returns since when a version has been pending without a value, as far as the watchdog has seen it. A label on the current version
 * records that. The empty version itself gets no label from this library, because it must not look as if it were in use.
 */
export async function noteEmpty({ clock, versions }: Context, { changedAt, stages }: SecretDescription, pendingId: string): Promise<number> {
  const current = holderOf(stages, isCurrent);
  if (current === undefined) return changedAt;
  const known = emptySince(labelledIn(stages, current), pendingId);
  if (known === undefined) await versions.attach(emptyLabel(clock.now(), pendingId), current);
  return known ?? clock.now();
}

/** Removes the labels about versions other than the one that is pending without a value, if there is one. */
export async function forgetEmpty({ versions }: Context, { stages }: SecretDescription, pendingId?: string): Promise<void> {
  const isOutdated = (stage: string) => isEmptyLabel(stage) && (pendingId === undefined || !stage.endsWith(pendingId));
  for (const [id, labels] of stages) await versions.detachAll(labels.filter(isOutdated), id);
}
