import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, Server } from 'node:tls';
import { inspect } from 'node:util';
import { generate } from 'selfsigned';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { Invocation } from '../../../lambda-src/invocation';
import { CONFIG_VARIABLE, WATCHDOG_EVENT } from '../../../src/private/rotation-contract';
import { leaksIn } from '../../reliability/leaks';
import { trust } from '../loopback';
import { Scenario } from '../scenario';

/** A mail relay that repeats what it refuses. */
interface Relay {
  /** The mechanisms that it advertises. */
  readonly mechanisms: string;
  /** How its refusals begin. */
  readonly refusal: string;
}

/** Every way in which a client gives a credential, and what the relay says of it. */
const RELAYS = ['501 5.5.4 Syntax error:', '535 5.7.8 Authentication failed:', '454 4.7.0 Try again later:']
  .flatMap(refusal => ['PLAIN', 'LOGIN'].map(mechanisms => ({ how: `AUTH ${mechanisms} with ${refusal.slice(0, 3)}`, mechanisms, refusal })));

const scenario = new Scenario();
/** So little time is left that nothing is tried a second time. */
const CONTEXT = { invokedFunctionArn: scenario.fn.arn, getRemainingTimeInMillis: () => 46_000 };
const { world } = scenario;
/** Everything that others can read. */
const output: string[] = [];
/** What the relay was sent. */
const received: string[] = [];
let relay: Relay;
let server: Server;
let directory: string;
let handler: (event: Invocation, context: typeof CONTEXT) => Promise<unknown>;

function converse(socket: Socket): void {
  const answers: Record<string, string> = {
    EHLO: ['250-relay.example.com', ...relay.mechanisms ? [`250-AUTH ${relay.mechanisms}`] : [], '250 8BITMIME'].join('\r\n'),
    QUIT: '221 Bye',
  };
  let prompts: string[] = [];
  const answer = (line: string) => {
    received.push(line);
    if (line === 'AUTH LOGIN') prompts = ['334 VXNlcm5hbWU6', '334 UGFzc3dvcmQ6'];
    socket.write(`${prompts.shift() ?? answers[line.split(' ')[0]] ?? `${relay.refusal} ${line}`}\r\n`);
  };
  let rest = '';
  socket.on('error', () => undefined).on('data', data => {
    const lines = `${rest}${String(data)}`.split('\r\n');
    rest = lines.pop()!;
    lines.forEach(answer);
  });
  socket.write('220 relay.example.com ESMTP\r\n');
}

beforeAll(async () => {
  await scenario.rotateWell();
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [{ name: 'basicConstraints', cA: true, critical: true }, { name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] }],
  });
  directory = await mkdtemp(join(tmpdir(), 'relay-'));
  await writeFile(join(directory, 'ca.pem'), cert);
  server = createServer({ key, cert }, converse);
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const url = await world.listen();
  const { accessKeyId, secretAccessKey, sessionToken } = world.credentialsFor(scenario.fn.roleArn);
  const endpoint = { ...scenario.config.endpoint, host: 'localhost', port: (server.address() as AddressInfo).port, implicitTls: true };
  const variables = {
    [CONFIG_VARIABLE]: JSON.stringify({ ...scenario.config, endpoint }),
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
  ({ handler } = await import('../../../lambda-src/index.js'));
});

afterAll(async () => {
  vi.unstubAllEnvs();
  server.close();
  await world.close();
  await rm(directory, { recursive: true });
});

beforeEach(() => {
  for (const list of [output, received]) list.length = 0;
  trust(join(directory, 'ca.pem'));
  for (const stream of [process.stdout, process.stderr]) vi.spyOn(stream, 'write').mockImplementation(text => output.push(String(text)) > 0);
});

afterEach(() => {
  vi.restoreAllMocks();
});

async function call(event: Invocation): Promise<void> {
  await handler(event, CONTEXT).catch(error => output.push(inspect(error, { depth: 10 })));
}

/** What the function answers CloudFormation. */
async function deploy(): Promise<void> {
  const { urls } = world.customResources;
  const ResponseURL = urls.create(crypto.randomUUID());
  await call({
    RequestType: 'Create', ResponseURL, StackId: 'stack', RequestId: 'request', LogicalResourceId: 'Credential', ResourceProperties: scenario.credentialProperties,
  });
  const answer = urls.answerAt(ResponseURL);
  expect(JSON.parse(answer!)).toMatchObject({ Status: 'FAILED' });
  output.push(answer!);
}

/** The secrets that stand in what others can read, and what a client says that has them. */
function leaks(): string[] {
  const text = output.join('\n');
  const { username, password } = scenario.current as { username: string; password: string };
  const sent = [`\0${username}\0${password}`, username, password].map(part => Buffer.from(part).toString('base64'));
  return [...leaksIn(text, world, [world.region]), ...sent.filter(line => text.includes(line))];
}

describe.each(RELAYS)('a relay that repeats what it refuses, $how', properties => {
  beforeEach(() => { relay = properties; });

  it('puts no form of the credential into the log or the error of the watchdog', async () => {
    await call(WATCHDOG_EVENT);
    expect(received.some(line => line.startsWith('AUTH'))).toBe(true);
    expect(leaks()).toEqual([]);
  });

  it("puts no form of the credential into the log of a deployment or CloudFormation's reason", async () => {
    await deploy();
    expect(leaks()).toEqual([]);
  });
});

describe('a relay that advertises no AUTH', () => {
  it('is not sent any', async () => {
    relay = { mechanisms: '', refusal: '503 5.5.1 AUTH not available:' };
    await call(WATCHDOG_EVENT);
    expect(received.filter(line => !/^(EHLO|HELO|QUIT)/.test(line))).toEqual([]);
    expect(received[0]).toMatch(/^EHLO/);
    expect(leaks()).toEqual([]);
    expect(output.join()).toMatch(/auth/i);
  });
});
