import { Live } from '../live';

/** One thing that the suite does and checks. It fails by throwing. */
export interface Step {
  readonly name: string;
  readonly run: (live: Live) => Promise<void>;
  /** Whether nothing can follow if it fails. */
  readonly isNeeded?: boolean;
}
