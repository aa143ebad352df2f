import { AwsError } from './aws-error';

export function noValue(what: string): AwsError {
  return new AwsError('ResourceNotFoundException', `Secrets Manager can't find the specified secret value for ${what}`);
}

export function invalidParameter(message: string): AwsError {
  return new AwsError('InvalidParameterException', message);
}

export function requireNotDeleted({ deletedDate }: { readonly deletedDate?: number }): void {
  if (deletedDate === undefined) return;
  throw new AwsError('InvalidRequestException', "You can't perform this operation on the secret because it was marked for deletion.");
}
