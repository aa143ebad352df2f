import { Duration } from 'aws-cdk-lib';
import { User } from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import { describe, expect, it } from 'vitest';
import { Life } from './life';
import { expectAllIsWell, living, withFleet } from './replacements';
import { CredentialFormat, SmtpEndpoint } from '../../src';
import { failsWith } from '../world/nodes';

describe('another name of the user', () => {
  it('gives servers a key of the new user before the old one is deleted with its keys', async () => {
    const life = await living();
    const before = life.config.user.name;
    await life.update(withFleet({ userName: 'newsletter' }));
    expectAllIsWell(life, 1);
    expect(() => life.world.iam.user(before)).toThrow();
    await life.update(withFleet({ userName: 'newsletter-2' }));
    expectAllIsWell(life, 1);
    await life.rotate();
    expectAllIsWell(life, 2);
  });

  it('is given up without a loss of mail if a server does not take the key', async () => {
    const life = await living();
    life.addServer('i-00000003');
    await life.rotate();
    const before = life.config.user.name;
    life.servers[2].behaviour = failsWith('Failed');
    await expect(life.update(withFleet({ userName: 'newsletter' }))).rejects.toThrow('1 of 3 mail servers did not apply the credential');
    expect(life.stack.events.at(-1)).toMatchObject({ status: 'UPDATE_ROLLBACK_COMPLETE' });
    expect([...life.refusals]).toEqual([]);
    expect(life.config.user.name).toBe(before);
    for (const held of life.heldKeys) expect(life.keysOf(before)).toContain(held);
    expect(() => life.world.iam.user('newsletter')).toThrow();
    life.servers[2].behaviour = life.applies();
    await life.rotate();
    expectAllIsWell(life, 2);
  });
});

describe('another name of a user of the same stack', () => {
  it('is taken, although nobody has rights on the former user any more from the beginning of the deployment on', async () => {
    const life = await living(scope => ({ user: new User(scope, 'Relay', { userName: 'relay' }) }));
    await life.update(withFleet(scope => ({ user: new User(scope, 'Relay', { userName: 'relay-2' }) })));
    expect([...life.refusals]).toEqual(life.servers.map(({ instanceId }) => expect.stringContaining(`${instanceId}: 554`)));
    expect(life.heldKeys).toEqual([life.currentKey, life.currentKey]);
    expect(life.keysOf('relay-2')).toEqual([life.currentKey]);
  });

  it('does not keep a server from sending if it is that of another construct', async () => {
    const life = await living(scope => ({ user: new User(scope, 'Relay', { userName: 'relay' }) }));
    await life.update(withFleet(scope => ({ user: new User(scope, 'Relay2', { userName: 'relay-2' }) })));
    expectAllIsWell(life, 1);
  });
});

describe('a deployment to another user that is given up', () => {
  it('leaves the key before the current one to whoever has not read the secret again', async () => {
    const life = await living({ gracePeriod: Duration.days(7) });
    const keys = life.keysOf();
    life.servers[1].behaviour = failsWith('Failed');
    await expect(life.update(withFleet({ gracePeriod: Duration.days(7), userName: 'newsletter' }))).rejects.toThrow('1 of 2 mail servers');
    expect(life.keysOf()).toEqual(keys);
  });
});

describe('another user', () => {
  it('may be one of somebody else, and the own one goes with its keys', async () => {
    const life = await living();
    life.world.iam.createUser({ name: 'relay' });
    await life.update(withFleet(scope => ({ user: User.fromUserName(scope, 'Relay', 'relay') })));
    expectAllIsWell(life, 1);
    life.world.iam.createUser({ name: 'relay-2' });
    await life.update(withFleet(scope => ({ user: User.fromUserName(scope, 'Relay', 'relay-2') })));
    expectAllIsWell(life, 1);
    expect(life.keysOf('relay')).toEqual([]);
  });

  it('leaves no key with one that is not deleted, also when the last rotation is minutes ago', async () => {
    const life = new Life();
    life.addServer('i-00000001');
    for (const name of ['relay', 'relay-2']) life.world.iam.createUser({ name });
    await life.create(withFleet(scope => ({ user: User.fromUserName(scope, 'Relay', 'relay') })));
    await life.rotate();
    await life.update(withFleet(scope => ({ user: User.fromUserName(scope, 'Relay', 'relay-2') })));
    expectAllIsWell(life, 1);
  });
});

describe('another name of the secret', () => {
  it('moves the servers to a key in the new one, and deletes those of the old one', async () => {
    const life = await living();
    const [before] = [life.secret.arn];
    expect(life.keysOf()).toHaveLength(2);
    await life.update(withFleet({ secretName: 'smtp/newsletter' }));
    expectAllIsWell(life, 1);
    expect(life.secret.arn).not.toBe(before);
    await life.rotate();
    expectAllIsWell(life, 2);
  });

  it('is given up without a loss of mail if a server does not take the key', async () => {
    const life = await living();
    const before = life.secret.arn;
    life.servers[1].behaviour = failsWith('Failed');
    await expect(life.update(withFleet({ secretName: 'smtp/newsletter' }))).rejects.toThrow('1 of 2 mail servers did not apply the credential');
    expect(life.stack.events.at(-1)).toMatchObject({ status: 'UPDATE_ROLLBACK_COMPLETE' });
    expect(life.secret.arn).toBe(before);
    expect([...life.refusals]).toEqual([]);
    life.servers[1].behaviour = life.applies();
    await life.rotate();
    expectAllIsWell(life, 2);
  });

  it('may come together with another name of the user', async () => {
    const life = await living();
    await life.update(withFleet({ secretName: 'smtp/newsletter', userName: 'newsletter' }));
    expectAllIsWell(life, 1);
  });
});

describe('another key of the secret', () => {
  it('changes nothing for anybody, and the next rotation writes with it', async () => {
    const life = await living(scope => ({ encryptionKey: new kms.Key(scope, 'First') }));
    const before = life.currentKey;
    await life.update(withFleet(scope => ({ encryptionKey: new kms.Key(scope, 'Second') })));
    expect(life.currentKey).toBe(before);
    await life.rotate();
    expectAllIsWell(life, 2);
  });
});

describe('another format', () => {
  it('is that of a new credential when the deployment ends', async () => {
    const life = await living();
    await life.update(withFleet({ credentialFormat: CredentialFormat.usernameColonPassword() }));
    expect(life.world.secretsManager.valueOf(life.secret.arn)).toMatch(/^AKIA\w+:B/);
    expectAllIsWell(life, 2);
  });
});

describe('another region', () => {
  it('is in a new credential when the deployment ends, beside the first one or in its place', async () => {
    const life = new Life();
    const value = () => JSON.parse(life.world.secretsManager.valueOf(life.secret.arn)!) as Record<string, string>;
    await life.create();
    await life.update(() => ({ additionalRegions: ['eu-central-1'] }));
    expect(Object.keys(value())).toEqual(expect.arrayContaining(['password', 'password_eu-west-1', 'password_eu-central-1']));
    await life.update(() => ({ endpoint: SmtpEndpoint.regional({ region: 'eu-central-1' }), additionalRegions: ['eu-west-1'] }));
    expect(value().region).toBe('eu-central-1');
    expect(value().password).toBe(value()['password_eu-central-1']);
    await life.update(() => ({ endpoint: SmtpEndpoint.regional({ region: 'eu-central-1' }) }));
    expect(value().region).toBe('eu-central-1');
  });
});

describe('mail servers', () => {
  it('get the credential with the next rotation when they are turned on, and no key is held for them when they are turned off', async () => {
    const life = new Life();
    await life.create();
    life.addServer('i-00000001');
    await life.update(withFleet({}));
    expect(life.heldKeys).toEqual([undefined]);
    await life.rotate();
    expectAllIsWell(life, 2);
    await life.update();
    const held = life.heldKeys[0]!;
    await life.rotate();
    expect(life.keysOf()).toContain(held);
    expect([...life.secret.versions.values()].flatMap(({ labels }) => [...labels]).filter(label => label.startsWith('SES_SMTP_DELIVERED_'))).toEqual([]);
  });
});
