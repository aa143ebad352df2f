/** What a deployment of the live suite differs in from the first one. */
export interface Variation {
  /** With the fleets of the servers, once these are set up: a server that is not would fail the rotation. */
  readonly servers?: boolean;
  readonly userName?: string;
  readonly secretName?: string;
  /** `username:password` in place of JSON. */
  readonly text?: boolean;
  /** The construct's id. */
  readonly id?: string;
  /** A fleet whose one server does not exist. */
  readonly missingServer?: boolean;
  /** A resource that fails when the credential is there. */
  readonly failsLater?: boolean;
}
