import { RotationReport } from '../newsletter';
import { LABELS } from '../snapshot';

/** Short names for access keys, and the colours that go with them, in the order in which the keys came into use. */
export class KeyNames {
  public static inOrderOf(rotations: RotationReport[]): KeyNames {
    const ids = rotations.flatMap(({ timeline: { labels } }) => labels.flatMap(({ keys }) => LABELS.flatMap(label => keys[label] ?? [])));
    return new KeyNames([...new Set(ids)]);
  }

  private constructor(public readonly all: string[]) {}

  public nameOf(accessKeyId: string): string {
    return String.fromCharCode('A'.charCodeAt(0) + this.all.indexOf(accessKeyId));
  }

  /** The class of the colour. */
  public styleOf(accessKeyId: string): string {
    return `key-${this.nameOf(accessKeyId).toLowerCase()}`;
  }
}
