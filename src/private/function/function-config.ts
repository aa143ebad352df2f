import { Annotations, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { exactly, sizeOf, sum } from './environment-size';
import { TestMessage } from '../../test-message';
import { BoundFleet } from '../fleets/fleet-binding';
import { CONFIG_VARIABLE, EndpointConfig, FormatConfig, RotationConfig } from '../rotation-contract';
import { TimingConfig } from '../schedule/timing';
import { testMessageConfig } from '../sending/test-message-config';

/** Lambda's limit for all environment variables of a function together, in bytes. */
const ENVIRONMENT_LIMIT = 4096;
const SMALLER = 'use tags instead of node ids, or define several rotations';

/** What a rotation works on. */
interface RotationSubject {
  readonly secret: secretsmanager.ISecret;
  readonly user: iam.IUser;
  /** Whether the user is a new one. */
  readonly userOwned: boolean;
  readonly secretOwned: boolean;
  readonly endpoints: EndpointConfig[];
  readonly testMessage?: TestMessage;
  readonly format: FormatConfig;
  readonly fleets: BoundFleet[];
  readonly timing: TimingConfig;
}

/** The function's configuration. */
export function rotationConfig(subject: RotationSubject): RotationConfig {
  const { endpoints, fleets, format, secret, secretOwned, testMessage, timing, user, userOwned } = subject;
  const [endpoint, ...additionalEndpoints] = endpoints;
  return {
    secretArn: secret.secretArn,
    secretOwned: secretOwned || undefined,
    user: { name: user.userName, owned: userOwned },
    endpoint,
    // Left out if there are none, because the environment is small.
    additionalEndpoints: additionalEndpoints.length > 0 ? additionalEndpoints : undefined,
    testMessage: testMessage && testMessageConfig(testMessage),
    format,
    fleets: fleets.map(fleet => fleet.config),
    ...timing,
  };
}

/** The environment of the function. Throws if it is too large, and warns if it may be. */
export function functionEnvironment(scope: Construct, config: RotationConfig, fips: boolean): Record<string, string> {
  const environment = { [CONFIG_VARIABLE]: Stack.of(scope).toJsonString(config), ...fips && { AWS_USE_FIPS_ENDPOINT: 'true' } };
  const { least, most } = sum(Object.entries(environment).flatMap(([name, value]) => [exactly(name), sizeOf(scope, value, config)]));
  if (least > ENVIRONMENT_LIMIT) {
    throw new Error(`mailServers must fit into the ${ENVIRONMENT_LIMIT} bytes of the function's environment with all other props, got at least ${least} bytes; ${SMALLER}`);
  }
  if (most > ENVIRONMENT_LIMIT) {
    Annotations.of(scope).addWarningV2('cdk-ses-smtp-credential-rotation:environmentSize',
      `mailServers and all other props take ${least} to ${most} bytes of the function's environment, depending on values that only the deployment knows, `
      + `and Lambda rejects more than ${ENVIRONMENT_LIMIT}; ${SMALLER}`);
  }
  return environment;
}
