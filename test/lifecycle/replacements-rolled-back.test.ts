import { Duration } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { failingLater, FLEET, Life, Props } from './life';
import { expectAllIsWell, living, withFleet } from './replacements';
import { SmtpEndpoint } from '../../src';
import { failsWith } from '../world/nodes';

describe('a server that is switched off, in a fleet that waits long for it', () => {
  const patient = { mailServers: [{ ...FLEET, timeout: Duration.hours(2) }] };

  it.each<[string, Props]>([
    ['user', { userName: 'newsletter' }],
    ['secret', { secretName: 'newsletter' }],
    ['user and the secret', { userName: 'newsletter', secretName: 'newsletter' }],
  ])('keeps none of the others from having a credential that works after the change of the %s was given up', async (_what, change) => {
    const life = await living(patient);
    life.servers[1].online = false;
    await expect(life.update(withFleet({ ...patient, ...change }))).rejects.toThrow('was still running when the function had to end');
    expect(life.stack.events.at(-1)).toMatchObject({ status: 'UPDATE_ROLLBACK_COMPLETE' });
    expect([...life.refusals]).toEqual([]);
    for (const held of life.heldKeys) expect(life.keysOf()).toContain(held);
    life.servers[1].online = true;
    await life.clock.sleep(3 * 3_600_000);
    await life.rotate();
    expectAllIsWell(life, 2);
  });
});

describe('a rollback', () => {
  const changes: Record<string, Props> = {
    'the secret': { secretName: 'smtp/other' },
    'the user': { userName: 'other' },
    'the secret and the user': { secretName: 'smtp/other', userName: 'other' },
    'the region': { endpoint: SmtpEndpoint.regional({ region: 'eu-central-1' }) },
  };

  async function expectRecovery(life: Life): Promise<void> {
    expect(life.stack.events.at(-1)).toMatchObject({ status: 'UPDATE_ROLLBACK_COMPLETE' });
    for (const held of life.heldKeys) expect(life.keysOf()).toContain(held);
    life.servers.forEach(server => Object.assign(server, { behaviour: life.applies() }));
    life.refusals.clear();
    await life.rotate();
    expectAllIsWell(life, 2);
  }

  it.each(Object.entries(changes))('leaves no server without a credential that works after a change of %s that had succeeded', async (_what, props) => {
    const life = await living();
    await expect(life.update(failingLater(withFleet(props)))).rejects.toThrow('Taken');
    await expectRecovery(life);
  });

  it.each(Object.entries(changes))('leaves no server without a credential that works after a change of %s that one server refused', async (_what, props) => {
    const life = await living();
    life.servers[1].behaviour = failsWith('Failed');
    await expect(life.update(withFleet(props))).rejects.toThrow('1 of 2 mail servers did not apply the credential');
    await expectRecovery(life);
  });

  it('leaves no key of the other user, also if a step of the rotation that has failed makes one while the rollback is under way', async () => {
    const life = await living();
    const { iam, secretsManager } = life.world;
    life.servers[1].behaviour = failsWith('Failed');
    const proceedAsBefore = life.world.intercept!;
    let isLate = false;
    life.world.intercept = async (call, proceed) => {
      const [other] = call.action === 'DeleteAccessKey' ? life.keysOf('other') : [];
      if (other && !isLate) {
        isLate = true;
        life.clock.after(30_000, () => {
          const { accessKeyId } = iam.createAccessKey('other');
          secretsManager.createPlaceholder(life.secret, 'f'.repeat(32), { SecretString: JSON.stringify({ username: accessKeyId, password: 'x' }) });
        });
      }
      return proceedAsBefore(call, proceed);
    };
    await expect(life.update(withFleet({ userName: 'other' }))).rejects.toThrow('1 of 2 mail servers');
    expect(isLate).toBe(true);
    await expectRecovery(life);
    expect(() => iam.user('other')).toThrow();
  });

  it('gives servers the current credential back if SES was too busy for another one that all of them had confirmed', async () => {
    const life = await living();
    const known = life.world.iam.issuedKeys.map(({ accessKeyId }) => accessKeyId);
    const isNew = (key?: string) => key !== undefined && !known.includes(key);
    life.ses.setFaults({ temporaryFailure: (key: string) => life.config.user.name === 'other' && isNew(key) && life.heldKeys.every(isNew) });
    await expect(life.update(withFleet({ userName: 'other' }))).rejects.toThrow('454');
    life.ses.setFaults({});
    await expectRecovery(life);
  });
});
