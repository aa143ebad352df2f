import { inspect } from 'node:util';

/** A password or secret key. It prints as `[redacted]` wherever it ends up by mistake. */
export class SecretText {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** The text itself, for the few places that must send or store it. */
  public reveal(): string {
    return this.#text;
  }

  public toString(): string {
    return '[redacted]';
  }

  public toJSON(): string {
    return '[redacted]';
  }

  public [inspect.custom](): string {
    return '[redacted]';
  }
}
