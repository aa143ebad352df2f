import { CfnResource, Stack } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { CredentialProperties, RotationConfig } from '../rotation-contract';

/** The function has 15 minutes, and a request may wait for it in Lambda's queue for two more before. In seconds. */
const SERVICE_TIMEOUT = '1080';

/**
 * Defines the credential as a resource of the stack, by the function itself: what depends on it finds a credential that works, and
 * its deletion deletes the keys. Another user, secret, region or format is a change of it.
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
  // CDK's CustomResource of the lowest supported version has no time-out, and that of the newest warns of one among the properties.
  return new CfnResource(scope, 'Credential', {
    type: 'Custom::SesSmtpCredential',
    properties: { ServiceToken: rotationFunction.functionArn, ServiceTimeout: SERVICE_TIMEOUT, ...properties },
  });
}
