import { Duration, Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import * as ssm from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import { CredentialDocument, DocumentContext } from './credential-document';
import { MailServerTargets } from './mail-server-targets';
import { defineAssociation } from './private/new-servers';
import { checkNotation } from './private/notation';
import { EndpointConfig, FleetConfig, FormatConfig, regionalFields } from './private/rotation-contract';

/** Two runs of an association: the next one after the rotation gives servers the current credential. */
const SHORTEST_GRACE = Duration.hours(1);

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

/**
 * What a fleet comes down to.
 *
 * @internal
 */
export interface BoundFleet {
  readonly config: FleetConfig;
  readonly statements: iam.PolicyStatement[];
  readonly association?: ssm.CfnAssociation;
  /** What runs on the servers. */
  readonly content: unknown;
}

/** What a fleet's options must fit to. */
interface FleetSurroundings {
  readonly gracePeriod?: Duration;
  /** The regions that the credential has passwords for. */
  readonly regions?: string[];
}

/**
 * Throws if a fleet's options are not what Run Command takes, or if its association could outlast the previous credential.
 *
 * @internal
 */
export function validateFleet(fleet: MailServerFleet, name: string, { gracePeriod, regions = [] }: FleetSurroundings = {}): void {
  const { applyToNewServers, document, maxConcurrency, maxErrors, region, timeout, minimumTargets = 1, targets } = fleet;
  checkNotation(`${name}.maxConcurrency`, maxConcurrency, /^([1-9][0-9]*|[1-9][0-9]?%|100%)$/, "a number from '1' or a percentage from '1%' to '100%'");
  checkNotation(`${name}.maxErrors`, maxErrors, /^(0|[1-9][0-9]*|[0-9]%|[1-9][0-9]%|100%)$/, "a number from '0' or a percentage from '0%' to '100%'");
  if (timeout && !timeout.isUnresolved() && (timeout.toSeconds() < 30 || timeout.toDays({ integral: false }) > 2)) {
    throw new Error(`${name}.timeout must be 30 seconds to 48 hours, got ${timeout.toHumanString()}`);
  }
  const maximum = targets._count ?? Number.MAX_SAFE_INTEGER;
  if (!Token.isUnresolved(minimumTargets) && !(Number.isInteger(minimumTargets) && minimumTargets >= 0 && minimumTargets <= maximum)) {
    const allowed = targets._count === undefined ? 'an integer from 0' : `an integer from 0 to ${maximum}, the number of node ids`;
    throw new Error(`${name}.minimumTargets must be ${allowed}, got ${minimumTargets}`);
  }
  if (applyToNewServers && !document._readsSecret) {
    throw new Error(`${name}.applyToNewServers needs a document that reads the secret, got CredentialDocument.existingWithCredential; `
      + 'use CredentialDocument.existing');
  }
  if (region !== undefined && !document._ofThisLibrary) {
    throw new Error(`${name}.region needs a document of this library, got an existing one, which is not told of it and would take the endpoint's password; `
      + 'leave region out, and name the fields of the region in a parameter of the document');
  }
  if (region !== undefined && !(regions.length > 1 && regions.includes(region))) {
    throw new Error(`${name}.region must be one of several regions of the credential, which has ${regions.join(', ')}, got '${region}'; add it to additionalRegions`);
  }
  if (applyToNewServers && !document._ofThisLibrary) checkGrace(`${name}.applyToNewServers`, gracePeriod);
}

function checkGrace(because: string, gracePeriod?: Duration): void {
  if (!gracePeriod || gracePeriod.isUnresolved() || gracePeriod.toSeconds() >= SHORTEST_GRACE.toSeconds()) return;
  throw new Error(`gracePeriod must be at least ${SHORTEST_GRACE.toHumanString()} because of ${because}, got ${gracePeriod.toHumanString()}: `
    + 'an existing document gives servers the previous credential back while a rotation is under way; use a longer one, or a document of this library');
}

/**
 * What a fleet's document has to know: each of several regions has an endpoint and fields of its own.
 *
 * @internal
 */
export function contextOf({ region }: MailServerFleet, endpoints: EndpointConfig[], format: FormatConfig): DocumentContext {
  // In an order that does not change when two of them change places: neither does the document then.
  const regions = endpoints.map(candidate => candidate.region).sort();
  const endpoint = endpoints.find(candidate => candidate.region === region);
  if (!endpoint || !format.fields) return { endpoint: endpoints[0], regions, format };
  return { endpoint, regions, format: { fields: { ...format.fields, ...regionalFields(format.fields, endpoint.region) } } };
}

/**
 * Defines a fleet's document and association, and collects what the function needs for it.
 *
 * @internal
 */
export function bindFleet(scope: Construct, fleet: MailServerFleet, context: DocumentContext, secret: secretsmanager.ISecret): BoundFleet {
  const { statements, ...targets } = fleet.targets._bind(scope);
  const { arn, config: document, content } = fleet.document._bind(scope, context);
  const config: FleetConfig = {
    ...targets,
    document,
    maxConcurrency: fleet.maxConcurrency,
    maxErrors: fleet.maxErrors ?? '100%',
    timeoutSeconds: (fleet.timeout ?? Duration.minutes(5)).toSeconds(),
    minimumTargets: fleet.minimumTargets ?? fleet.targets._count ?? 1,
  };
  return {
    config,
    statements: [new iam.PolicyStatement({ sid: 'SendDocument', actions: ['ssm:SendCommand'], resources: [arn] }), ...statements],
    content,
    association: fleet.applyToNewServers ? defineAssociation(scope, config, secret) : undefined,
  };
}

/**
 * Throws on a fleet that does what another one does: two commands would change the same file at once.
 *
 * @internal
 */
export function checkDistinct(fleets: BoundFleet[]): void {
  const signatures = fleets.map(signatureOf);
  const repeated = signatures.findIndex((signature, index) => signatures.indexOf(signature) < index);
  if (repeated < 0) return;
  throw new Error(`mailServers[${repeated}] must differ from mailServers[${signatures.indexOf(signatures[repeated])}] in targets, document or region, got the same twice; `
    + 'leave one of them out');
}

/** Nodes are the same in whatever order they are named. */
function signatureOf({ config: { instanceIds, targets }, content }: BoundFleet): string {
  const sorted = targets?.map(({ key, values }) => ({ key, values: [...values].sort() }));
  return JSON.stringify({ instanceIds: instanceIds && [...instanceIds].sort(), targets: sorted, content });
}
