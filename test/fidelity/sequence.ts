export type Service = 'secretsmanager' | 'iam';
export type Input = Record<string, unknown>;

/** Calls, and what Secrets Manager does by itself in between, to be made on both sides. */
export interface Sequence {
  /** What happens. */
  readonly name: string;
  readonly secrets: SecretSetup[];
  readonly users: string[];
  readonly steps: Step[];
}

export interface SecretSetup {
  readonly name: string;
  /** No value: an empty secret, without any version. */
  readonly value?: string;
}

export type Step = Call | RotationEvent;

export interface Call {
  /** Unique in its sequence. */
  readonly label: string;
  readonly service: Service;
  readonly action: string;
  /** With names in place of the ids that a server makes. */
  readonly input: Input;
  /** The world has no wire protocol for it, because templates do it: only whether it is refused is compared. */
  readonly administers?: boolean;
  /** How the call ended when it was recorded: the wire's error code, or nothing. */
  readonly recorded?: { readonly error?: string };
}

/** What Secrets Manager does before the first step of a rotation, and after the last one. */
export interface RotationEvent {
  readonly label: string;
  readonly event: 'rotation begins' | 'rotation ends';
  readonly secret: string;
  readonly token: string;
}
