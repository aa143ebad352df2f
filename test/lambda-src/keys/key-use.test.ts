import { describe, expect, it } from 'vitest';
import { SecretDescription, SecretVersion } from '../../../lambda-src/aws/secret-versions';
import { SecretText } from '../../../lambda-src/basics/secret-text';
import { isOwnKey } from '../../../lambda-src/keys/key-use';
import { INITIAL_SECRET_VALUE, RotationConfig } from '../../../src/private/rotation-contract';

const STRAY = { id: 'AKIASTRAY', active: true, createdAt: 50 };
const PRESENT = { id: 'AKIAPRESENT', active: true, createdAt: 40 };
const SECRET: SecretDescription = { createdAt: 10, changedAt: 10, isDeleted: false, rotationEnabled: true, stages: new Map() };

function version(value: string, createdAt: number): SecretVersion {
  return { id: 'version', stages: ['AWSCURRENT'], value: new SecretText(value), secretArn: 'arn', createdAt };
}

function isOwn(versions: SecretVersion[], owned = true, secret: SecretDescription = SECRET): boolean {
  return isOwnKey({ user: { name: 'user', owned } } as RotationConfig, STRAY, { keys: [PRESENT, STRAY], secret, versions });
}

describe('a key that no version refers to', () => {
  it('is of this rotation if the secret was new before the key was created', () => {
    expect(isOwn([version(INITIAL_SECRET_VALUE, 10)])).toBe(true);
  });

  it('is of this rotation if the secret had a key of the user before', () => {
    expect(isOwn([version(PRESENT.id, 40)])).toBe(true);
  });

  it.each<[string, SecretVersion[]]>([
    ['has no version', []], ['holds nothing of the user', [version('AKIAOTHER', 20)]], ['got its first key of the user later', [version(PRESENT.id, 60)]],
  ])('may be the current key of another secret if an imported secret %s', (_what, versions) => {
    expect(isOwn(versions)).toBe(false);
  });

  it('is of this rotation if the secret has been rotated before, whatever its versions hold', () => {
    expect(isOwn([version(PRESENT.id, 60)], true, { ...SECRET, rotatedAt: 60 })).toBe(true);
  });

  it('may be the current key of another secret if an imported secret was rotated before, and its key is gone', () => {
    expect(isOwn([version('AKIAGONE', 20)], true, { ...SECRET, rotatedAt: 20 })).toBe(false);
  });

  it('is of this rotation if the secret is, even if somebody has deleted the current key', () => {
    const inventory = { keys: [STRAY], secret: { ...SECRET, rotatedAt: 20 }, versions: [version('AKIAGONE', 20)] };
    expect(isOwnKey({ secretOwned: true, user: { name: 'user', owned: true } } as RotationConfig, STRAY, inventory)).toBe(true);
  });

  it('is not of this rotation if somebody else may create keys for the user', () => {
    expect(isOwn([version(INITIAL_SECRET_VALUE, 10)], false)).toBe(false);
  });
});
