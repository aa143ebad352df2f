import { RotationError } from '../basics/errors';

/** What a check has found. */
export type Problem = RotationError | undefined;

export function rotateNow(secretArn: string): string {
  return `aws secretsmanager rotate-secret --secret-id ${secretArn}`;
}
