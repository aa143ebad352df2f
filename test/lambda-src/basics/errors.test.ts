import { describe, expect, it } from 'vitest';
import { describe as describeError, isAwsError, RotationError } from '../../../lambda-src/basics/errors';

function named(name: string, message = ''): Error {
  return Object.assign(new Error(message), { name });
}

describe('isAwsError', () => {
  it.each([
    ['NoSuchEntity', ['NoSuchEntity']],
    ['NoSuchEntityException', ['NoSuchEntity']],
    ['ResourceNotFoundException', ['NoSuchEntity', 'ResourceNotFound']],
  ])('knows %s by %j', (name, names) => {
    expect(isAwsError(named(name), ...names)).toBe(true);
  });

  it.each([
    ['NoSuchEntity', ['ResourceNotFound']],
    ['NoSuchExceptionEntity', ['NoSuchEntity']],
    ['NoSuchEntity', []],
  ])('does not take %s for one of %j', (name, names) => {
    expect(isAwsError(named(name), ...names)).toBe(false);
  });

  it('does not take anything for an error that only looks like one', () => {
    expect(isAwsError({ name: 'NoSuchEntity' }, 'NoSuchEntity')).toBe(false);
    expect(isAwsError(undefined, 'NoSuchEntity')).toBe(false);
  });
});

describe('a RotationError', () => {
  it('is told by its name, and carries what caused it', () => {
    const cause = named('ThrottlingException');
    const error = new RotationError('wait, then rotate again', 'stuck-rotation', { cause });
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({ name: 'RotationError', message: 'wait, then rotate again', cause });
  });
});

describe('the description of an error', () => {
  it('has the name, because some messages are empty', () => {
    expect(describeError(named('LimitExceededException', 'Cannot exceed quota'))).toBe('LimitExceededException: Cannot exceed quota');
    expect(describeError(named('InvalidInstanceId'))).toContain('InvalidInstanceId');
  });
});
