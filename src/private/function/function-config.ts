import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { TestMessage } from '../../test-message';
import { BoundFleet } from '../fleets/fleet-binding';
import { CONFIG_VARIABLE, EndpointConfig, FormatConfig, RotationConfig } from '../rotation-contract';
import { TimingConfig } from '../schedule/timing';
import { testMessageConfig } from '../sending/test-message-config';

/** Lambda's limit for all environment variables of a function together, in bytes. */
const ENVIRONMENT_LIMIT = 4096;

/** What a rotation works on. */
interface RotationSubject {
  readonly secret: secretsmanager.ISecret;
  readonly user: iam.IUser;
  /** Whether the user is a new one. */
  readonly userOwned: boolean;
  readonly endpoints: EndpointConfig[];
  readonly testMessage?: TestMessage;
  readonly format: FormatConfig;
  readonly fleets: BoundFleet[];
  readonly timing: TimingConfig;
}

/** The function's configuration. */
export function rotationConfig({ endpoints, fleets, format, secret, testMessage, timing, user, userOwned }: RotationSubject): RotationConfig {
  const [endpoint, ...additionalEndpoints] = endpoints;
  return {
    secretArn: secret.secretArn,
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

/** The environment of the function. Throws if it is too large. */
export function functionEnvironment(scope: Construct, config: RotationConfig, fips: boolean): Record<string, string> {
  const stack = Stack.of(scope);
  const environment = { [CONFIG_VARIABLE]: stack.toJsonString(config), ...fips && { AWS_USE_FIPS_ENDPOINT: 'true' } };
  const size = Object.entries(environment).reduce((sum, [name, value]) => sum + name.length + knownLength(stack.resolve(value)), 0);
  if (size > ENVIRONMENT_LIMIT) {
    throw new Error(`mailServers must fit into the ${ENVIRONMENT_LIMIT} bytes of the function's environment with all other props, got at least ${size} bytes; `
      + 'use tags instead of node ids, or define several rotations');
  }
  return environment;
}

/** The shortest values of what only the deployment knows. */
const SHORTEST: Record<string, number> = {
  'AWS::AccountId': '111111111111'.length, 'AWS::Partition': 'aws'.length, 'AWS::Region': 'us-east-1'.length, 'AWS::URLSuffix': 'amazonaws.eu'.length,
};
/** CloudFormation's name of a document: its logical id, and twelve characters after a hyphen. The name of the stack comes before. */
const DOCUMENT_SUFFIX = 13;

/** The least length of a resolved string. */
function knownLength(resolved: unknown): number {
  if (typeof resolved === 'string') return Buffer.byteLength(resolved);
  const { Ref: reference = '' } = resolved as { Ref?: string };
  if (reference.startsWith('SesSmtpCredentialDocument')) return reference.length + DOCUMENT_SUFFIX;
  if (reference in SHORTEST) return SHORTEST[reference];
  const parts: unknown = (resolved as { 'Fn::Join'?: [string, unknown[]] })['Fn::Join']?.[1];
  return Array.isArray(parts) ? parts.reduce<number>((sum, part) => sum + knownLength(part), 0) : 0;
}
