import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { LambdaProcess } from './lambda-process';
import type { DeployedFunction, LambdaProcessOptions } from './lambda-process';
import { SesSmtp, expectedPassword } from '../services/ses-smtp';
import { SesSmtpServer } from '../services/ses-smtp-server';
import { RealClock } from '../time/clock';

const ARN = 'arn:aws:lambda:us-east-1:111122223333:function:rotate';
const CREDENTIALS = { accessKeyId: 'ASIAROLE', secretAccessKey: 'role-secret', sessionToken: 'role-token' };

let directory: string;
let running: LambdaProcess[] = [];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'world-lambda-'));
});

afterEach(async () => {
  await Promise.all(running.map(lambda => lambda.kill()));
  running = [];
  await rm(directory, { recursive: true, force: true });
});

async function deploy(
  source: string, deployed: Partial<DeployedFunction> = {}, options: Partial<LambdaProcessOptions> = {},
): Promise<LambdaProcess> {
  await writeFile(join(directory, 'index.mjs'), source);
  const lambda = new LambdaProcess({
    arn: ARN,
    environment: {},
    timeoutSeconds: 30,
    roleArn: 'arn:aws:iam::111122223333:role/rotate',
    codeDirectory: directory,
    handler: 'index.handler',
    ...deployed,
  }, { credentials: CREDENTIALS, endpoints: {}, ...options });
  running.push(lambda);
  return lambda;
}

/** A promise, and the function that settles it. */
function signal(): { promise: Promise<void>; fire: () => void } {
  let fire: () => void = () => undefined;
  const promise = new Promise<void>(resolve => { fire = resolve; });
  return { promise, fire };
}

describe('LambdaProcess invocations', () => {
  it('hands the event to the handler and returns its result', async () => {
    const lambda = await deploy('export const handler = async event => ({ doubled: event.n * 2 });');
    expect(await lambda.invoke({ n: 21 })).toEqual({ doubled: 42 });
  });

  it('returns null for a handler that returns nothing', async () => {
    const lambda = await deploy('export const handler = async () => {};');
    expect(await lambda.invoke({})).toBeNull();
  });

  it('keeps one process warm and gives it one invocation at a time', async () => {
    const lambda = await deploy(`
      let count = 0, inside = 0;
      export const handler = async () => {
        inside += 1;
        await new Promise(resolve => setTimeout(resolve, 20));
        return { count: ++count, inside: inside-- };
      };`);
    const results = await Promise.all([lambda.invoke({}), lambda.invoke({}), lambda.invoke({})]);
    expect(results).toEqual([{ count: 1, inside: 1 }, { count: 2, inside: 1 }, { count: 3, inside: 1 }]);
    expect(lambda.starts).toBe(1);
  });

  it('gives the handler a context like Lambda\'s', async () => {
    const lambda = await deploy(`export const handler = async (_event, context) => ({
      name: context.functionName, arn: context.invokedFunctionArn, id: context.awsRequestId, left: context.getRemainingTimeInMillis() });`);
    const context = await lambda.invoke({}) as { left: number };
    expect(context).toMatchObject({ name: 'rotate', arn: ARN, id: expect.stringMatching(/^[0-9a-f-]{36}$/) });
    expect(context.left).toBeGreaterThan(25_000);
    expect(context.left).toBeLessThanOrEqual(30_000);
  });

  it('gives the process the function\'s environment and nothing of the test\'s', async () => {
    process.env.ONLY_IN_THE_TEST = '1';
    const endpoints = { secretsManager: 'http://127.0.0.1:1', iam: 'http://127.0.0.1:2', ssm: 'http://127.0.0.1:3', sts: 'http://127.0.0.1:4' };
    const lambda = await deploy('export const handler = async () => process.env;', { environment: { SETTING: 'x' } }, { endpoints });
    const environment = await lambda.invoke({});
    delete process.env.ONLY_IN_THE_TEST;
    expect(environment).toMatchObject({
      SETTING: 'x',
      AWS_REGION: 'us-east-1',
      AWS_LAMBDA_FUNCTION_NAME: 'rotate',
      AWS_ACCESS_KEY_ID: 'ASIAROLE',
      AWS_SECRET_ACCESS_KEY: 'role-secret',
      AWS_SESSION_TOKEN: 'role-token',
      AWS_ENDPOINT_URL_SECRETS_MANAGER: 'http://127.0.0.1:1',
      AWS_ENDPOINT_URL_IAM: 'http://127.0.0.1:2',
      AWS_ENDPOINT_URL_SSM: 'http://127.0.0.1:3',
      AWS_ENDPOINT_URL_STS: 'http://127.0.0.1:4',
    });
    expect(environment).not.toHaveProperty('ONLY_IN_THE_TEST');
  });

  it('has shown every line of an invocation when the invocation ends', async () => {
    const seen: [string, string][] = [];
    const lambda = await deploy(`export const handler = async () => {
      for (let i = 0; i < 2000; i++) console.log('line ' + i);
      console.error('problem');
      process.stdout.write('no line break');
    };`, {}, { onLog: (line, stream) => seen.push([stream, line]) });
    await lambda.invoke({});
    const lines = seen.filter(([stream]) => stream === 'stdout').map(([, line]) => line);
    expect([lines.length, lines[1999], lines[2000]]).toEqual([2001, 'line 1999', 'no line break']);
    expect(seen.filter(([stream]) => stream === 'stderr')).toEqual([['stderr', 'problem']]);
    expect(lambda.logs).toHaveLength(2002);
  });
});

describe('LambdaProcess processes', () => {
  it('starts a process ahead of the first invocation', async () => {
    const started = signal();
    const lambda = await deploy('console.log("loaded"); export const handler = async () => "warm";', {}, { onLog: started.fire });
    lambda.start();
    await started.promise;
    expect(await lambda.invoke({})).toBe('warm');
    expect(lambda.starts).toBe(1);
  });

  it('can be killed before anybody has invoked it', async () => {
    const lambda = await deploy('export const handler = async () => "fresh";');
    lambda.start();
    await lambda.kill();
    expect(await lambda.invoke({})).toBe('fresh');
    expect(lambda.starts).toBe(2);
  });

  it('shortens the pauses of a function, and no timer that guards something', async () => {
    const lambda = await deploy(`export const handler = async () => {
      let guarded = true;
      const guard = setTimeout(() => { guarded = false; }, 60_000);
      await new Promise(resolve => setTimeout(resolve, 60_000));
      clearTimeout(guard);
      return guarded;
    };`, {}, { millisecondsPerSecond: 1 });
    expect(await lambda.invoke({})).toBe(true);
  });

  it('counts a shortened pause in full, against the invocation that it is part of', async () => {
    const lambda = await deploy(`export const handler = async (_event, context) => {
      const [start, leftAtStart] = [Date.now(), context.getRemainingTimeInMillis()];
      await new Promise(resolve => setTimeout(resolve, 20_000));
      return { leftAtStart, left: context.getRemainingTimeInMillis(), passed: Date.now() - start };
    };`, {}, { millisecondsPerSecond: 1 });
    for (const { leftAtStart, left, passed } of [await lambda.invoke({}), await lambda.invoke({})] as Record<string, number>[]) {
      expect(leftAtStart).toBeGreaterThan(25_000);
      expect(passed).toBeGreaterThanOrEqual(20_000);
      expect(left).toBeLessThanOrEqual(10_000);
    }
  });
});

describe('the clock of a LambdaProcess', () => {
  it('is ahead as told when an invocation begins', async () => {
    let ahead = 0;
    const lambda = await deploy('export const handler = async () => Date.now();', {}, { ahead: () => ahead });
    const before = Number(await lambda.invoke({}));
    ahead = 3_600_000;
    expect(Number(await lambda.invoke({})) - before).toBeGreaterThanOrEqual(ahead);
  });

  it('leaves a limit of time as it is', async () => {
    const lambda = await deploy('export const handler = async (_event, context) => context.getRemainingTimeInMillis();', {}, { ahead: () => 3_600_000 });
    expect(Number(await lambda.invoke({}))).toBeGreaterThan(25_000);
  });
});

describe('LambdaProcess failures', () => {
  it('throws what the handler throws, under its own name', async () => {
    const lambda = await deploy(`export const handler = async () => {
      throw Object.assign(new Error('no slot is free'), { name: 'KeySlotsTaken' });
    };`);
    await expect(lambda.invoke({})).rejects.toMatchObject({
      name: 'KeySlotsTaken', message: 'no slot is free', trace: expect.arrayContaining([expect.stringContaining('index.mjs')]),
    });
  });

  it('logs a thrown error with its enumerable properties, as Lambda does', async () => {
    const lambda = await deploy('export const handler = async () => { throw Object.assign(new Error("x"), { detail: "shown" }); };');
    await expect(lambda.invoke({})).rejects.toThrow('x');
    expect(lambda.logs.join('\n')).toContain('"detail":"shown"');
  });

  it('stays warm after an error', async () => {
    const lambda = await deploy('let n = 0; export const handler = async () => { if (n++ === 0) throw new Error("first"); return n; };');
    await expect(lambda.invoke({})).rejects.toThrow('first');
    expect(await lambda.invoke({})).toBe(2);
    expect(lambda.starts).toBe(1);
  });

  it('fails with Lambda\'s error when the handler is not exported', async () => {
    const lambda = await deploy('export const other = 1;');
    await expect(lambda.invoke({})).rejects.toMatchObject({ name: 'Runtime.HandlerNotFound' });
  });

  it('kills a function that runs out of time and starts a new process for the next invocation', async () => {
    const lambda = await deploy(
      'export const handler = async event => event.hang ? new Promise(() => setInterval(() => {}, 1000)) : "fine";', { timeoutSeconds: 0.1 },
    );
    await expect(lambda.invoke({ hang: true })).rejects.toMatchObject({
      name: 'Sandbox.Timedout', message: 'Task timed out after 0.1 seconds',
    });
    expect(await lambda.invoke({})).toBe('fine');
    expect(lambda.starts).toBe(2);
  });

  it('rejects the running invocation when it is killed, and starts afresh', async () => {
    const started = signal();
    const lambda = await deploy(
      'export const handler = async event => { if (!event.hang) return "fresh"; console.log("started"); await new Promise(() => {}); };',
      {}, { onLog: started.fire },
    );
    const invocation = expect(lambda.invoke({ hang: true })).rejects.toMatchObject({ name: 'Runtime.ExitError' });
    await started.promise;
    await lambda.kill();
    await invocation;
    expect(await lambda.invoke({})).toBe('fresh');
  });

  it('reports a function that exits in the middle, with the lines that it wrote last', async () => {
    const lambda = await deploy('export const handler = async () => { console.log("last words"); process.exit(3); };');
    await expect(lambda.invoke({})).rejects.toMatchObject({ name: 'Runtime.ExitError', message: expect.stringContaining('exit status 3') });
    expect(lambda.logs).toEqual(['last words']);
  });
});

describe('LambdaProcess network', () => {
  const HTTP_HANDLER = `
    import { get } from 'node:http';
    export const handler = async ({ url }) => new Promise((resolve, reject) => {
      get(url, response => { response.resume(); resolve(response.statusCode); }).on('error', reject);
    });`;
  let server: Server;
  let port: number;

  beforeAll(async () => {
    server = createServer((_request, response) => response.writeHead(204).end());
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    port = (server.address() as AddressInfo).port;
  });

  afterAll(() => void server.close());

  it('reaches loopback and the hosts that have a route', async () => {
    const lambda = await deploy(HTTP_HANDLER, {}, { routes: { 'service.example.com:80': port } });
    expect(await lambda.invoke({ url: `http://127.0.0.1:${port}/` })).toBe(204);
    expect(await lambda.invoke({ url: 'http://service.example.com/' })).toBe(204);
  });

  it('refuses every other host, port and address', async () => {
    const lambda = await deploy(HTTP_HANDLER, {}, { routes: { 'service.example.com:80': port } });
    await expect(lambda.invoke({ url: 'http://elsewhere.example.com/' })).rejects.toThrow('ENOTFOUND elsewhere.example.com');
    await expect(lambda.invoke({ url: 'http://service.example.com:81/' })).rejects.toThrow('ECONNREFUSED service.example.com:81');
    await expect(lambda.invoke({ url: 'http://198.51.100.7/' })).rejects.toThrow('ECONNREFUSED 198.51.100.7:80');
  });

  it.each([
    ['lookup', 'dns.promises.lookup(name).then(({ address }) => address)'],
    ['resolve4', 'dns.promises.resolve4(name).then(([address]) => address)'],
    ['a Resolver with callbacks', 'new Promise((done, fail) => new dns.Resolver().resolve4(name, (error, all) => error ? fail(error) : done(all[0])))'],
    ['a Resolver with promises', 'new dns.promises.Resolver().resolve4(name).then(([address]) => address)'],
  ])('resolves routed names and no others through %s', async (_api, expression) => {
    const lambda = await deploy(`import dns from 'node:dns'; export const handler = async ({ name }) => ${expression};`, {},
      { routes: { 'service.example.com:80': port } });
    expect(await lambda.invoke({ name: 'service.example.com' })).toBe('192.0.2.1');
    await expect(lambda.invoke({ name: 'elsewhere.example.com' })).rejects.toThrow('ENOTFOUND');
  });

  it('gives named imports of Node\'s modules the same network', async () => {
    const lambda = await deploy(`
      import { lookup } from 'node:dns/promises';
      export const handler = async ({ name }) => lookup(name);`);
    await expect(lambda.invoke({ name: 'elsewhere.example.com' })).rejects.toThrow('ENOTFOUND');
  });
});

describe('LambdaProcess and the SES endpoint', () => {
  const key = { userName: 'newsletter', accessKeyId: 'AKIA1', secretAccessKey: 'secret', status: 'Active' as const, createDate: new Date(0) };
  const ses = new SesSmtp({ clock: new RealClock(), credentials: { findAccessKey: id => id === key.accessKeyId ? key : undefined } });
  const smtp = new SesSmtpServer(ses, { region: 'us-east-1' });
  const smtpModule = pathToFileURL(createRequire(__filename).resolve('nodemailer/lib/smtp-connection')).href;
  const handler = `
    import SMTPConnection from '${smtpModule}';
    const Connection = SMTPConnection.default ?? SMTPConnection;
    export const handler = async ({ host, port, secure, pass }) => new Promise((resolve, reject) => {
      const connection = new Connection({ host, port, secure, requireTLS: !secure });
      connection.on('error', reject);
      connection.connect(() => connection.login({ user: 'AKIA1', pass }, error => {
        connection.quit();
        if (error) reject(error); else resolve('authenticated');
      }));
    });`;
  const pass = expectedPassword('secret', 'us-east-1');
  const host = 'email-smtp.us-east-1.amazonaws.com';

  beforeAll(async () => smtp.start());
  afterAll(async () => smtp.close());

  it.each([[587, false], [465, true]])('authenticates at the real host name on port %i', async (port, secure) => {
    const lambda = await deploy(handler, {}, { routes: smtp.routes(), caFile: smtp.caFile });
    expect(await lambda.invoke({ host, port, secure, pass })).toBe('authenticated');
    expect(ses.logins.at(-1)).toMatchObject({ username: 'AKIA1', region: 'us-east-1', code: 235 });
  });

  it('is refused with a wrong password', async () => {
    const lambda = await deploy(handler, {}, { routes: smtp.routes(), caFile: smtp.caFile });
    await expect(lambda.invoke({ host, port: 587, secure: false, pass: 'wrong' })).rejects.toThrow('535 Authentication Credentials Invalid');
  });

  it('does not trust the endpoint without its certificate authority', async () => {
    const lambda = await deploy(handler, {}, { routes: smtp.routes() });
    await expect(lambda.invoke({ host, port: 587, secure: false, pass })).rejects.toThrow('self-signed certificate');
  });

  it('does not trust the endpoint under a name that the certificate does not have', async () => {
    const lambda = await deploy(handler, {}, { routes: { 'mail.example.com:465': smtp.implicitTlsPort }, caFile: smtp.caFile });
    await expect(lambda.invoke({ host: 'mail.example.com', port: 465, secure: true, pass })).rejects.toThrow('does not match certificate');
  });
});
