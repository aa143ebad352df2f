import { beforeAll, afterAll, describe, expect, inject, it } from 'vitest';
import { Emulator } from './emulator';
import { deployAndCheck, expectEveryServerHas, expectSteps } from './first-rotation';
import { inventory } from './inventory';
import { RolePolicy } from './role-policy';
import { MailStack, until } from './stack';
import { run } from '../languages/program';

const TAKEN = 'iam:CreateAccessKey';

interface Key {
  readonly AccessKeyId: string;
  readonly Status: string;
}

/** The tests are steps of one story: each goes on where the one before ended. */
describe('in LocalEmu, with the real CDK CLI', () => {
  let emulator: Emulator;
  let stack: MailStack;
  let before: Record<string, string[]>;

  beforeAll(async () => {
    emulator = await Emulator.launch(inject('python'));
    stack = new MailStack(emulator, inject('app'));
    await stack.bootstrap();
    before = await inventory(emulator.cli);
  });
  afterAll(async () => emulator?.stop());

  function logged(message: string): Record<string, unknown>[] {
    return emulator.functions.logs.filter(line => line.startsWith('{')).map(line => JSON.parse(line) as Record<string, unknown>)
      .filter(entry => entry.message === message);
  }

  async function keys(): Promise<Key[]> {
    const user = await stack.resource('AWS::IAM::User');
    return (await emulator.cli.ask<{ AccessKeyMetadata: Key[] }>('iam', 'list-access-keys', '--user-name', user)).AccessKeyMetadata;
  }

  async function rotated(since: string): Promise<string> {
    await until('another credential is current', async () => (await stack.current()).username !== since);
    await until('the rotation has ended', async () => logged('step finished').at(-1)?.step === 'finishSecret');
    return (await stack.current()).username;
  }

  it('listens on the loopback interface alone', async () => {
    const { stdout } = await run('ss', ['-ltnpH']);
    const addresses = stdout.split('\n').filter(line => line.includes(`pid=${emulator.localEmu.pid},`)).map(line => line.split(/\s+/)[3]);
    expect(addresses).toEqual([emulator.url.replace('http://', '')]);
  });

  it('deploys, and the first rotation gives the credential to every server', async () => {
    await deployAndCheck(emulator, stack);
    const { username } = await stack.current();
    expect((await keys()).map(({ AccessKeyId, Status }) => [AccessKeyId, Status])).toEqual([[username, 'Active']]);
  });

  it('rotates again, and the previous key goes on working', async () => {
    const { username } = await stack.current();
    const start = emulator.functions.events.length;
    await stack.rotate();
    const next = await rotated(username);
    await expectEveryServerHas(emulator, next);
    expectSteps(emulator, start);
    expect((await keys()).map(({ AccessKeyId, Status }) => [AccessKeyId, Status])).toEqual(expect.arrayContaining([[username, 'Active'], [next, 'Active']]));
  });

  it('updates the stack without another rotation', async () => {
    const { username } = await stack.current();
    const start = emulator.functions.events.length;
    await stack.deploy({ GRACE_HOURS: '48' });
    const name = await stack.resource('AWS::Lambda::Function');
    const variables = await emulator.cli.ask<{ ROTATION_CONFIG: string }>(
      'lambda', 'get-function-configuration', '--function-name', name, '--query', 'Environment.Variables');
    expect(JSON.parse(variables.ROTATION_CONFIG)).toMatchObject({ gracePeriodSeconds: 48 * 3600 });
    expect(emulator.functions.events.slice(start)).toEqual([]);
    expect(await stack.current()).toMatchObject({ username });
  });

  it('fails a rotation that lacks a right, keeps the credential, and goes on once the right is back', async () => {
    const { username } = await stack.current();
    expect(emulator.localEmu.denials).toEqual([]);
    const role = new RolePolicy(emulator.cli, await stack.resource('AWS::IAM::Role', 'Newsletter'));
    const giveBack = await role.without(TAKEN);
    await stack.rotate();
    await until('the right is missed', async () => Promise.resolve(emulator.localEmu.denials.length > 0));
    expect(await stack.current()).toMatchObject({ username });
    await expectEveryServerHas(emulator, username);
    await giveBack();
    await expectEveryServerHas(emulator, await rotated(username));
  });

  it('denied the product nothing else', () => {
    expect(emulator.localEmu.denials.filter(denial => !denial.includes(`not authorized to perform: ${TAKEN} `))).toEqual([]);
  });

  it('had every server confirm every time', () => {
    expect(logged('mail servers answered').map(({ confirmed, failed, targets }) => [confirmed, failed, targets])).toEqual([[3, 0, 3], [3, 0, 3], [3, 0, 3]]);
  });

  it('destroys the stack, and nothing is left', async () => {
    await stack.destroy();
    expect(await inventory(emulator.cli)).toEqual(before);
  });
});
