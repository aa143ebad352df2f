import { CfnResource, Stack } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { CredentialProperties, RotationConfig } from '../rotation-contract';

/** In seconds: the function's 15 minutes, and two more that a request may wait in Lambda's queue before. */
const SERVICE_TIMEOUT = '1080';

/**
 * Defines the credential as a resource of the stack, which the function itself provides. What depends on it finds a credential that
 * works, and its deletion deletes the keys. A different user, secret, Region or format changes the resource.
 */
export function defineCredential(
  scope: Construct, rotationFunction: lambda.IFunction, config: RotationConfig, secretOwned: boolean, waitForFirstRotation: boolean,
): CfnResource {
  const { additionalEndpoints = [], endpoint, format, secretArn, user } = config;
  const regions = [endpoint, ...additionalEndpoints].map(({ region }) => region);
  const properties: CredentialProperties = {
    SecretArn: secretArn,
    UserName: user.name,
    UserOwned: user.owned ? 'true' : 'false',
    SecretOwned: secretOwned ? 'true' : 'false',
    WaitForFirstRotation: waitForFirstRotation ? 'true' : 'false',
    Credential: Stack.of(scope).toJsonString({ regions, format }),
  };
  // CDK's CustomResource has no timeout in the lowest supported version, and warns about one among the properties in the newest.
  return new CfnResource(scope, 'Credential', {
    type: 'Custom::SesSmtpCredential',
    properties: { ServiceToken: rotationFunction.functionArn, ServiceTimeout: SERVICE_TIMEOUT, ...properties },
  });
}
