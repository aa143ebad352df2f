import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { Scenario } from './scenario';
import { Invocation } from '../../lambda-src/invocation';
import { CONFIG_VARIABLE, WATCHDOG_EVENT } from '../../src/private/rotation-contract';
import { leaksIn } from '../reliability/leaks';

const TOKEN = '0a1b2c3d-0000-4000-a000-000000000001';
const scenario = new Scenario();
const CONTEXT = { invokedFunctionArn: scenario.fn.arn, getRemainingTimeInMillis: () => 900_000 };
const { world, secretArn } = scenario;
const lines: string[] = [];
let handler: (event: Invocation, context: typeof CONTEXT) => Promise<unknown>;

beforeAll(async () => {
  const url = await world.listen();
  const { accessKeyId, secretAccessKey, sessionToken } = world.credentialsFor(scenario.fn.roleArn);
  const variables = {
    [CONFIG_VARIABLE]: scenario.fn.environment[CONFIG_VARIABLE],
    AWS_REGION: world.region,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
    AWS_ENDPOINT_URL_IAM: url,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: url,
    AWS_ENDPOINT_URL_SSM: url,
  };
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  // Another file of this worker may have loaded it for a world of its own.
  vi.resetModules();
  ({ handler } = await import('../../lambda-src/index.js'));
});

afterAll(async () => {
  vi.unstubAllEnvs();
  await world.close();
});

beforeEach(() => {
  lines.length = 0;
  vi.spyOn(process.stdout, 'write').mockImplementation(text => lines.push(String(text)) > 0);
});

afterEach(() => {
  vi.restoreAllMocks();
});

describe('the handler', () => {
  it('fills the pending version with a credential of the user, and logs one JSON object a line', async () => {
    world.secretsManager.createPlaceholder(world.secretsManager.secret(secretArn), TOKEN);
    await handler({ Step: 'createSecret', SecretId: secretArn, ClientRequestToken: TOKEN }, CONTEXT);
    const { username, password } = scenario.value('AWSPENDING') as { username: string; password: string };
    expect(scenario.keys).toEqual([username]);
    expect(scenario.ses.login(username, password, { region: world.region })).toMatchObject({ ok: true });
    expect(lines.every(line => line.indexOf('\n') === line.length - 1)).toBe(true);
    expect(lines.map(line => JSON.parse(line) as unknown)).toMatchObject(['step started', 'access key created', 'credential stored', 'step finished']
      .map(message => ({ level: 'INFO', secretArn, versionId: TOKEN, step: 'createSecret', message })));
    expect(leaksIn(lines.join(''), world, [world.region])).toEqual([]);
  });

  it('looks after the credential when its rule calls it, and tells of the rotation that went no further', async () => {
    await expect(handler(WATCHDOG_EVENT, CONTEXT)).rejects.toThrow(`version ${TOKEN} has been AWSPENDING since `);
    expect(JSON.parse(lines[0])).toEqual({ level: 'INFO', secretArn, step: 'watchdog', message: 'step started' });
  });

  it('refuses a secret that is not its own, and names both', async () => {
    const { arn } = world.setupSecret({ name: 'somebody-elses', value: '{}' });
    const calls = world.calls.length;
    await expect(handler({ Step: 'createSecret', SecretId: arn, ClientRequestToken: TOKEN }, CONTEXT))
      .rejects.toThrow(`this function rotates ${scenario.config.secretArn} and no other secret, got ${arn}; `);
    expect(world.calls).toHaveLength(calls);
  });

  it('does not begin to wait when Lambda leaves it no time', async () => {
    const token = `${TOKEN.slice(0, -1)}2`;
    world.secretsManager.createPlaceholder(world.secretsManager.secret(secretArn), token);
    const calls = world.calls.length;
    await expect(handler({ Step: 'setSecret', SecretId: secretArn, ClientRequestToken: token }, { ...CONTEXT, getRemainingTimeInMillis: () => 0 }))
      .rejects.toThrow(/^setSecret: /);
    expect(world.calls.slice(calls).map(call => call.action)).toEqual(['GetSecretValue']);
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ level: 'ERROR', message: 'step failed', error: expect.stringMatching(/^setSecret: /) });
  });
});
