import { createHash } from 'crypto';
import { Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';

/**
 * Ends the ids of what gives rights to a user or on a secret, so that another user or secret has resources of its own for that: the
 * function must keep its rights to the former ones until CloudFormation has them deleted. Empty where CloudFormation chooses the names.
 */
export function generation(scope: Construct, ...names: (string | undefined)[]): string {
  if (names.every(name => name === undefined)) return '';
  return createHash('sha256').update(JSON.stringify(Stack.of(scope).resolve(names.map(name => name ?? '')))).digest('hex').slice(0, 8);
}
