import { createHash } from 'crypto';
import { Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';

/**
 * The end of the ids of resources that grant permissions to a user or on a secret. Another user or secret gets its own resources, because
 * the function must keep its permissions for the former ones until CloudFormation deletes them. Empty if CloudFormation generates the names.
 */
export function generation(scope: Construct, ...names: (string | undefined)[]): string {
  if (names.every(name => name === undefined)) return '';
  return createHash('sha256').update(JSON.stringify(Stack.of(scope).resolve(names.map(name => name ?? '')))).digest('hex').slice(0, 8);
}
