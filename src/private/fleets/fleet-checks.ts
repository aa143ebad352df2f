import { Duration, Token } from 'aws-cdk-lib';
import { MailServerFleet } from '../../mail-server-fleet';
import { hasNotation, quoted } from '../notation';

/** Two runs of an association. The next run after the rotation gives servers the current credential. */
const SHORTEST_GRACE = Duration.hours(1);
const CONCURRENCY = /^([1-9][0-9]*|[1-9][0-9]?%|100%)$/;
const ERRORS = /^(0|[1-9][0-9]*|[0-9]%|[1-9][0-9]%|100%)$/;

/** What a fleet's options must fit. */
export interface FleetSurroundings {
  readonly gracePeriod?: Duration;
  /** The Regions that the credential has passwords for. */
  readonly regions?: string[];
}

/** A rule for one option of a fleet. */
interface FleetRule {
  readonly option: keyof MailServerFleet;
  readonly isBroken: (fleet: MailServerFleet, surroundings: FleetSurroundings) => boolean;
  /** The error. `option` is the path of the option in the props. */
  readonly error: (option: string, fleet: MailServerFleet, surroundings: FleetSurroundings) => string;
}

/** They are checked in this order. */
const RULES: FleetRule[] = [
  {
    option: 'maxConcurrency',
    isBroken: ({ maxConcurrency }) => !hasNotation(maxConcurrency, CONCURRENCY),
    error: (option, { maxConcurrency }) => `${option} must be a number from '1' or a percentage from '1%' to '100%', got ${quoted(maxConcurrency)}; leave it out for 50 servers at a time`,
  },
  {
    option: 'maxErrors',
    isBroken: ({ maxErrors }) => !hasNotation(maxErrors, ERRORS),
    error: (option, { maxErrors }) => `${option} must be a number from '0' or a percentage from '0%' to '100%', got ${quoted(maxErrors)}; leave it out to reach every server`,
  },
  {
    option: 'timeout',
    isBroken: ({ timeout }) => isKnown(timeout) && (timeout.toSeconds() < 30 || timeout.toDays({ integral: false }) > 2),
    error: (option, { timeout }) => `${option} must be 30 seconds to 48 hours, got ${timeout?.toHumanString()}; leave it out for 5 minutes`,
  },
  {
    option: 'minimumTargets',
    isBroken: ({ minimumTargets, targets }) => !isCount(minimumTargets, targets._count),
    error: (option, { minimumTargets, targets: { _count: nodes } }) =>
      `${option} must be an integer from 0${nodes === undefined ? '' : ` to ${nodes}, the number of node ids`}, got ${minimumTargets}; leave it out for the default`,
  },
  {
    option: 'applyToNewServers',
    isBroken: ({ applyToNewServers = false, document }) => applyToNewServers && !document._readsSecret,
    error: option => `${option} must be used with a document that reads the secret, got CredentialDocument.existingWithCredential; use CredentialDocument.existing`,
  },
  {
    option: 'applyToNewServers',
    isBroken: ({ applyToNewServers = false, targets }) => applyToNewServers && targets._tags > 1,
    error: (option, { targets }) => `${option} must be used with one tag, got ${targets._tags}, and AWS does not document that an association needs all of them; `
      + 'give these servers one tag that says both',
  },
  {
    option: 'region',
    isBroken: ({ document, region }) => region !== undefined && !document._ofThisLibrary,
    error: option => `${option} must be used with a document of this library, got an existing one, which does not learn the Region and would take the endpoint's password; `
      + 'leave region out, and name the fields of the Region in a parameter of the document',
  },
  {
    option: 'region',
    isBroken: ({ region }, { regions = [] }) => region !== undefined && !(regions.length > 1 && regions.includes(region)),
    error: (option, { region }, { regions = [] }) =>
      `${option} must be one of several Regions of the credential, which has ${regions.join(', ')}, got ${quoted(region)}; add it to additionalRegions`,
  },
  {
    option: 'applyToNewServers',
    isBroken: ({ applyToNewServers = false, document }, { gracePeriod }) => applyToNewServers && !document._ofThisLibrary && isTooShort(gracePeriod),
    error: (option, _fleet, { gracePeriod }) =>
      `gracePeriod must be at least ${SHORTEST_GRACE.toHumanString()} because of ${option}, got ${gracePeriod?.toHumanString()}: `
      + 'an existing document gives servers the previous credential back during a rotation; use a longer grace period, or a document of this library',
  },
];

/** Throws on options that Run Command rejects, and on an association that could outlast the previous credential. */
export function validateFleets(fleets: MailServerFleet[], surroundings: FleetSurroundings): void {
  fleets.forEach((fleet, index) => validateFleet(fleet, `mailServers[${index}]`, surroundings));
}

export function validateFleet(fleet: MailServerFleet, name: string, surroundings: FleetSurroundings = {}): void {
  const broken = RULES.find(({ isBroken }) => isBroken(fleet, surroundings));
  if (broken) throw new Error(broken.error(`${name}.${broken.option}`, fleet, surroundings));
}

function isKnown(duration: Duration | undefined): duration is Duration {
  return duration?.isUnresolved() === false;
}

/** Whether so many servers can confirm, out of all servers if their number is known. */
function isCount(servers = 1, all = Number.MAX_SAFE_INTEGER): boolean {
  return Token.isUnresolved(servers) || Number.isInteger(servers) && servers >= 0 && servers <= all;
}

function isTooShort(gracePeriod: Duration | undefined): boolean {
  return isKnown(gracePeriod) && gracePeriod.toSeconds() < SHORTEST_GRACE.toSeconds();
}
