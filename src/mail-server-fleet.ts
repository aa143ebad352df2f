import { Duration } from 'aws-cdk-lib';
import { CredentialDocument } from './credential-document';
import { MailServerTargets } from './mail-server-targets';

/** Mail servers of one kind, which get the new credential through Systems Manager. */
export interface MailServerFleet {
  /** The managed nodes that are the mail servers. */
  readonly targets: MailServerTargets;

  /** The document that puts the credential in place on each of them. */
  readonly document: CredentialDocument;

  /**
   * How many servers change at a time, in Run Command's notation.
   *
   * It is a number, such as `10`, or a percentage, such as `10%`.
   *
   * @default - 50, the default of Run Command
   */
  readonly maxConcurrency?: string;

  /**
   * How many failures Run Command allows before it stops trying the other servers.
   *
   * In Run Command's notation, it is a number, where `0` stops at the first failure, or a percentage, such as `10%`. With
   * the default, every server is tried. Whatever the value, one failure fails the rotation, and the current credential
   * stays.
   *
   * @default '100%'
   */
  readonly maxErrors?: string;

  /**
   * How long Run Command tries to reach a server, 30 seconds to 48 hours.
   *
   * A server that is offline for longer fails the rotation. The document's own timeout comes on top. Both together are
   * the time that a command has for the whole fleet, `maxConcurrency` servers at a time: a large fleet needs more.
   *
   * @default - 5 minutes
   */
  readonly timeout?: Duration;

  /**
   * How many servers must confirm the credential, 0 or more.
   *
   * With `MailServerTargets.managedNodes`, it is at most the number of ids. A rotation that reaches fewer servers fails.
   * Only the very first one doesn't, because no server can have a credential yet.
   *
   * @default - all of them for `MailServerTargets.managedNodes`, otherwise 1
   */
  readonly minimumTargets?: number;

  /**
   * Whether servers that join the targets between two rotations get the credential.
   *
   * An association of State Manager runs the same document once a server has joined, and again every 30 minutes on all of
   * them. A server whose first run came too early gets the credential from a later one. While a rotation gives servers
   * its credential, a new server gets that one. Not with `CredentialDocument.existingWithCredential`, and not with several
   * tags (`MailServerTargets.tags`).
   *
   * A document of your own (`CredentialDocument.existing`) needs a default for its version parameter, with which it must
   * apply `AWSCURRENT`. `gracePeriod` must then be at least an hour, or synthesis fails. The reason is that a run during
   * a rotation gives servers the previous credential back, until the next run.
   *
   * A failed run shows in State Manager only, not in a rotation.
   *
   * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/state-manager-about.html
   * @default false
   */
  readonly applyToNewServers?: boolean;

  /**
   * The Region that the servers send in.
   *
   * It is one of the `additionalRegions`, or the endpoint's Region if there are any. The document changes the entries for
   * that Region's endpoint, with the password in the Region's field. A server with entries for several Regions belongs to
   * a fleet for each.
   *
   * Not with `CredentialDocument.existing` and `existingWithCredential`, whose documents don't learn the Region.
   *
   * @default - the Region of the endpoint, with the password in the field without a Region
   */
  readonly region?: string;
}
