import { CustomResourceRequest } from './custom-resource-request';

/** Bytes. */
const LONGEST_ANSWER = 4096;
const LONGEST_ID = 1024;
const COPIED = ['StackId', 'RequestId', 'LogicalResourceId'] as const;

/** What the function of a custom resource puts to the ResponseURL. */
export interface CustomResourceAnswer {
  readonly Status: 'SUCCESS' | 'FAILED';
  readonly Reason?: string;
  readonly PhysicalResourceId: string;
  readonly StackId: string;
  readonly RequestId: string;
  readonly LogicalResourceId: string;
  readonly NoEcho?: boolean;
  readonly Data?: Record<string, unknown>;
}

/** Why a custom resource failed, as its event shows it. */
export class CustomResourceFailure extends Error {
  constructor(reason: string, public readonly physicalId?: string) {
    super(reason);
    this.name = 'CustomResourceFailure';
  }
}

/**
 * The answer, if it is one and says that all went well. The rules are those of the user guide's page "Custom resource
 * response objects"; AWS's own words, where people have reported them, are the size's and the PhysicalResourceId's.
 */
export function acceptedAnswer(request: CustomResourceRequest, body: string): CustomResourceAnswer {
  if (Buffer.byteLength(body) > LONGEST_ANSWER) throw new CustomResourceFailure('Response object is too long.');
  const answer = parsed(body);
  const different = COPIED.find(name => answer[name] !== request[name]);
  if (different) throw new CustomResourceFailure(`Invalid response object: ${different} is not the request's`);
  if (!isPhysicalId(answer.PhysicalResourceId)) throw new CustomResourceFailure('Invalid PhysicalResourceId');
  if (answer.Status === 'SUCCESS') return answer as CustomResourceAnswer;
  throw new CustomResourceFailure(reasonOf(answer), answer.PhysicalResourceId);
}

function parsed(body: string): Partial<CustomResourceAnswer> {
  try {
    return JSON.parse(body) as Partial<CustomResourceAnswer>;
  } catch {
    throw new CustomResourceFailure('Invalid response object: it is not JSON');
  }
}

function isPhysicalId(id: unknown): id is string {
  return typeof id === 'string' && id !== '' && Buffer.byteLength(id) <= LONGEST_ID;
}

function reasonOf({ Status, Reason }: Partial<CustomResourceAnswer>): string {
  if (Status !== 'FAILED') return 'Invalid response object: Status must be SUCCESS or FAILED';
  return Reason ?? 'Invalid response object: Reason is required when Status is FAILED';
}
