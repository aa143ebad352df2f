import { CredentialProperties } from '../../src/private/rotation-contract';

/**
 * The event of CloudFormation. Anyone who knows `ResponseURL` can respond instead of the function, so it is never logged.
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
