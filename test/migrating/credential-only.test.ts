import { describe, expect, it } from 'vitest';
import { Existing, importing, Takeover } from './takeover';
import { CredentialFormat } from '../../src';
import { heal } from '../reliability/people';
import { describeViolation } from '../reliability/promises';
import { VirtualClock, World } from '../world';
import { expectedPassword } from '../world/services/ses-smtp';

const USER_NAME = 'ses-user';
const SECRET_NAME = 'SesSmtpCredentials';

const RENAMED = CredentialFormat.json({ fields: { username: 'SMTP_USERNAME', password: 'SMTP_PASSWORD' } });
const UNCHANGED = CredentialFormat.json({ fields: { username: 'username', password: 'password' } });

interface Kind {
  readonly name: string;
  readonly fields: [string, string];
  /** A generated value from before the credential, as CDK's `Secret` has one. */
  readonly generated?: string;
  readonly format: CredentialFormat;
}

const KINDS: Kind[] = [
  { name: 'username and password, behind a generated value', fields: ['username', 'password'], generated: 'w=9$Tq#Lr0-generated', format: UNCHANGED },
  { name: 'username and password, to all our fields', fields: ['username', 'password'], format: CredentialFormat.json() },
  { name: 'SMTP_USERNAME and SMTP_PASSWORD', fields: ['SMTP_USERNAME', 'SMTP_PASSWORD'], format: RENAMED },
  { name: 'SMTP_USERNAME and SMTP_PASSWORD, to our fields', fields: ['SMTP_USERNAME', 'SMTP_PASSWORD'], format: CredentialFormat.json() },
];

/** One user, one key, one secret; two servers that somebody gave the credential. */
function leftBy({ fields: [usernameField, passwordField], generated }: Kind): Existing {
  const clock = new VirtualClock();
  const world = new World({ clock });
  world.iam.createUser({ name: USER_NAME });
  const { accessKeyId: username, secretAccessKey } = world.iam.createAccessKey(USER_NAME);
  const password = expectedPassword(secretAccessKey, world.region);
  world.setupSecret({ name: SECRET_NAME, value: generated });
  world.secretsManager.putByHand(SECRET_NAME, JSON.stringify({ [usernameField]: username, [passwordField]: password }));
  return { clock, world, held: [{ username, password }, { username, password }] };
}

describe('taking over a secret that a construct made only once', () => {
  it.each(KINDS)('keeps mail flowing, retires the key that it was made with, and needs nobody: $name', async kind => {
    const takeover = new Takeover(importing(USER_NAME, SECRET_NAME, kind.format), leftBy(kind));
    const { lab } = takeover;
    const [made] = takeover.keys;
    expect(await heal(lab)).toBe(0);
    expect(takeover.keys).toEqual([made, expect.any(String)]);
    lab.promises.checkConverged();
    expect(await takeover.live()).toEqual([]);
    lab.promises.checkConverged();
    lab.promises.checkRetired();
    lab.promises.checkSecrecy();
    expect(takeover.keys).not.toContain(made);
    expect(takeover.refused).toEqual([]);
    expect(lab.promises.violations.map(describeViolation)).toEqual([]);
  });

  it.each(KINDS)('keeps the names of the fields that it is told to, and writes no others of theirs: $name', async kind => {
    const { lab } = new Takeover(importing(USER_NAME, SECRET_NAME, kind.format), leftBy(kind));
    await lab.rotate();
    const fields = Object.keys(JSON.parse(lab.current?.value?.SecretString ?? '{}') as object);
    expect(fields).toEqual(Object.values(lab.config.format.fields ?? {}));
  });
});
