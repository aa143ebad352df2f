import { DeployedFunction } from '../functions/deployed-functions';
import { Identity, User } from '../services/iam';
import { KmsKey } from '../services/kms';
import { Secret } from '../services/secrets-manager';
import { SsmDocument } from '../services/ssm-documents';

/** A resource of a template whose references have been resolved. */
export interface ResourceDefinition {
  readonly id: string;
  readonly type: string;
  /** Resolved, without AWS::NoValue. */
  readonly properties: Record<string, unknown>;
}

export interface DeployedResource extends Omit<ResourceDefinition, 'id'> {
  readonly ref: string;
  readonly attributes: Record<string, string>;
  /** The object in which a custom resource has answered: it has these attributes, and no others. */
  readonly responseObject?: string;
}

/** What making a resource results in. */
export type Physical = Pick<DeployedResource, 'ref' | 'attributes' | 'responseObject'>;

/** What a deployment leaves, by logical id. */
export interface Deployment {
  readonly functions: Record<string, DeployedFunction>;
  readonly secrets: Record<string, Secret>;
  readonly users: Record<string, User>;
  readonly groups: Record<string, Identity>;
  readonly roles: Record<string, Identity>;
  readonly keys: Record<string, KmsKey>;
  readonly documents: Record<string, SsmDocument>;
  /** Everything, also what the world does not know. */
  readonly resources: Record<string, DeployedResource>;
  readonly outputs: Record<string, unknown>;
}

/** A resource of a stack that can be updated and deleted. */
export interface LiveResource extends DeployedResource {
  readonly id: string;
  readonly dependencies: readonly string[];
  /** The policies of its template, `Delete` when there are none. */
  readonly deletionPolicy: string;
  readonly updateReplacePolicy: string;
  /** What the world knows of it. */
  readonly made: Deployment;
}

export function emptyDeployment(): Deployment {
  return { functions: {}, secrets: {}, users: {}, groups: {}, roles: {}, keys: {}, documents: {}, resources: {}, outputs: {} };
}

/** All in one; of two with the same logical id, the later. */
export function merged(deployments: Deployment[]): Deployment {
  const result = emptyDeployment();
  for (const deployment of deployments) {
    for (const kind of Object.keys(result) as (keyof Deployment)[]) Object.assign(result[kind], deployment[kind]);
  }
  return result;
}
