import { Duration } from 'aws-cdk-lib';
import { CredentialDocument } from './credential-document';
import { MailServerTargets } from './mail-server-targets';

/** Mail servers of one kind, which Systems Manager hands the new credential to. */
export interface MailServerFleet {
  /** Which managed nodes are the mail servers. */
  readonly targets: MailServerTargets;

  /** What runs on each of them to put the credential in place. */
  readonly document: CredentialDocument;

  /**
   * How many servers change at a time, in Run Command's notation: a number (`'10'`) or a percentage (`'10%'`).
   *
   * @default - Run Command's: 50
   */
  readonly maxConcurrency?: string;

  /**
   * After how many failures the other servers are not tried any more, in Run Command's notation: a number
   * (`'0'` stops at the first) or a percentage (`'10%'`). Whatever it is, one failure fails the rotation,
   * and the current credential stays.
   *
   * @default '100%', every server is tried
   */
  readonly maxErrors?: string;

  /**
   * How long Run Command tries to reach a server, 30 seconds to 48 hours. A server that is offline for
   * longer fails the rotation. The document's own time-out comes on top. Both together are the time
   * that a command has for the whole fleet, `maxConcurrency` servers at a time: a large fleet needs more.
   *
   * @default Duration.minutes(5)
   */
  readonly timeout?: Duration;

  /**
   * How many servers must confirm the credential, 0 or more. A rotation that reaches fewer fails, except
   * for the very first one, when no server can have a credential yet.
   *
   * @default - all of them for `MailServerTargets.managedNodes`, otherwise 1
   */
  readonly minimumTargets?: number;

  /**
   * Whether a server that joins the targets between two rotations gets the credential, by an association of State
   * Manager with the same document. It runs once a server has joined, and again every 30 minutes on all of them, so
   * that a server whose first run came too early is not left without. While a rotation gives servers its credential,
   * a new server gets that one.
   *
   * The version parameter of a document of your own (`CredentialDocument.existing`) must have a default: without it,
   * the document is to apply AWSCURRENT, and `gracePeriod` must be at least an hour, or synthesis fails: a run while a
   * rotation is under way gives servers the previous credential back until the next run.
   *
   * A run that fails shows in State Manager only, not in a rotation.
   *
   * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/state-manager-about.html
   * @default false
   */
  readonly applyToNewServers?: boolean;

  /**
   * Where the servers send, one of the `additionalRegions` or the endpoint's region beside such: the document changes their entries
   * of that region's endpoint, with the password in the region's field. A server that is to have an entry for each of several
   * regions is in a fleet for each. Not with `CredentialDocument.existing` and `existingWithCredential`, whose documents are not told of it.
   *
   * @default - the endpoint's region, with the password in the field without a region
   */
  readonly region?: string;
}
