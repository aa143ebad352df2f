import { Duration } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import * as ssm from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import { defineAssociation } from './fleet-association';
import { MailServerFleet } from '../../mail-server-fleet';
import { DocumentContext } from '../documents/document-binding';
import { EndpointConfig, FleetConfig, FormatConfig, regionalFields } from '../rotation-contract';

/** A fleet, bound to its rotation. */
export interface BoundFleet {
  readonly config: FleetConfig;
  readonly statements: iam.PolicyStatement[];
  readonly association?: ssm.CfnAssociation;
  /** What runs on the servers. */
  readonly content: unknown;
}

/** The credential that the fleets get. */
export interface FleetCredential {
  readonly secret: secretsmanager.ISecret;
  readonly endpoints: EndpointConfig[];
  readonly format: FormatConfig;
}

/** Defines documents and associations of fleets, and collects what the function needs for them. */
export function bindFleets(scope: Construct, fleets: MailServerFleet[], credential: FleetCredential): BoundFleet[] {
  const bound = fleets.map((fleet, index) => bindFleet(new Construct(scope, `MailServers${index}`), fleet, credential));
  checkDistinct(bound);
  return bound;
}

function bindFleet(scope: Construct, fleet: MailServerFleet, credential: FleetCredential): BoundFleet {
  const { statements, ...targets } = fleet.targets._bind(scope);
  const { arn, config: document, content } = fleet.document._bind(scope, contextOf(fleet, credential));
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
    association: fleet.applyToNewServers ? defineAssociation(scope, config, credential.secret) : undefined,
  };
}

/** What a fleet's document needs to know. With several Regions, each has its own endpoint and fields. */
function contextOf({ region }: MailServerFleet, { endpoints, format }: FleetCredential): DocumentContext {
  // Sorted, so that the document stays the same if two Regions change places.
  const regions = endpoints.map(candidate => candidate.region).sort();
  const endpoint = endpoints.find(candidate => candidate.region === region);
  if (!endpoint || !format.fields) return { endpoint: endpoints[0], regions, format };
  return { endpoint, regions, format: { fields: { ...format.fields, ...regionalFields(format.fields, endpoint.region) } } };
}

/** Throws on a fleet that does the same as another one, because two commands would change the same file at once. */
function checkDistinct(fleets: BoundFleet[]): void {
  const signatures = fleets.map(signatureOf);
  const repeated = signatures.findIndex((signature, index) => signatures.indexOf(signature) < index);
  if (repeated < 0) return;
  throw new Error(`mailServers[${repeated}] must differ from mailServers[${signatures.indexOf(signatures[repeated])}] in targets, document or region, got the same twice; `
    + 'leave one of them out');
}

/** The order of nodes does not matter. */
function signatureOf({ config: { instanceIds, targets }, content }: BoundFleet): string {
  const sorted = targets?.map(({ key, values }) => ({ key, values: [...values].sort() }));
  return JSON.stringify({ instanceIds: instanceIds && [...instanceIds].sort(), targets: sorted, content });
}
