import { CredentialProperties } from '../../src/private/rotation-contract';

/**
 * What CloudFormation calls the function with. Whoever knows `ResponseURL` can answer in the function's place: it is in no log.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requests.html
 */
export interface CloudFormationEvent {
  readonly RequestType: 'Create' | 'Update' | 'Delete';
  readonly ResponseURL: string;
  readonly StackId: string;
  readonly RequestId: string;
  readonly LogicalResourceId: string;
  readonly PhysicalResourceId?: string;
  readonly ResourceProperties: ResourceProperties;
  readonly OldResourceProperties?: ResourceProperties;
}

export interface ResourceProperties extends CredentialProperties {
  /** The ARN of this function. */
  readonly ServiceToken: string;
}
