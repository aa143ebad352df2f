import { ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, Socket } from 'node:net';
import { ListAccessKeysCommand } from '@aws-sdk/client-iam';
import { DescribeSecretCommand } from '@aws-sdk/client-secrets-manager';
import { ListCommandsCommand } from '@aws-sdk/client-ssm';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AccessKeys } from '../../../lambda-src/aws/access-keys';
import { AwsClients, awsClients } from '../../../lambda-src/aws/clients';
import { RunCommand } from '../../../lambda-src/aws/run-command';
import { UnreachableError } from '../../../lambda-src/aws/unreachable';
import { MINUTE } from '../../../lambda-src/basics/time';
import { freePort, whileListening } from '../loopback';

const FLEET = {
  instanceIds: ['i-0123456789abcdef0'],
  document: { name: 'Apply', marker: true, parameters: {} },
  maxErrors: '0',
  timeoutSeconds: 60,
  minimumTargets: 1,
};
const NAT_OR_ENDPOINT = (service: string) => `in a VPC, the function needs a NAT gateway or the VPC endpoint ${service} with private DNS, `
  + 'and security groups that let it out to port 443 and into the endpoint';
const NAT = 'in a VPC, the function needs a NAT gateway, because IAM has VPC endpoints only in the Region of its control plane, '
  + 'and a security group that lets it out to port 443';

const calls: [string, (clients: AwsClients) => Promise<unknown>, string][] = [
  ['Secrets Manager', async ({ secretsManager }) => secretsManager.send(new DescribeSecretCommand({ SecretId: 'mail' })), NAT_OR_ENDPOINT('secretsmanager')],
  ['IAM', async ({ iam }) => iam.send(new ListAccessKeysCommand({ UserName: 'newsletter' })), NAT],
  ['IAM for a new key', async ({ iam, iamSingleTry }) => new AccessKeys(iam, iamSingleTry, 'newsletter').create(), NAT],
  ['Systems Manager', async ({ ssm }) => ssm.send(new ListCommandsCommand({})), NAT_OR_ENDPOINT('ssm')],
  ['Systems Manager for a command', async ({ ssm }) => new RunCommand(ssm).send(FLEET, 'rotation', {}), NAT_OR_ENDPOINT('ssm')],
];

beforeEach(() => {
  const variables = { AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE', AWS_SECRET_ACCESS_KEY: 'x', AWS_EC2_METADATA_DISABLED: 'true' };
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
});

afterEach(() => {
  vi.unstubAllEnvs();
  vi.useRealTimers();
});

async function failureOf(call: Promise<unknown>): Promise<Error> {
  return call.then(() => expect.unreachable(), (error: unknown) => error as Error);
}

/** Starts a process that listens, and stops it with its queue full, so that further connections never come about. */
class BlackHole {
  public static async open(): Promise<BlackHole> {
    const script = "const s=require('net').createServer().listen({port:0,host:'127.0.0.1',backlog:1},()=>console.log(s.address().port))";
    const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = await once(child.stdout, 'data') as [Buffer];
    child.kill('SIGSTOP');
    const hole = new BlackHole(Number(line), child);
    await hole.fill();
    return hole;
  }

  private readonly queued: Socket[] = [];

  private constructor(public readonly port: number, private readonly process: ChildProcess) {}

  public close(): void {
    for (const socket of this.queued) socket.destroy();
    this.process.kill('SIGKILL');
  }

  /** More connections than any system takes for a queue of length 1. */
  private async fill(): Promise<void> {
    for (let count = 0; count < 8; count += 1) this.queued.push(connect(this.port, '127.0.0.1').on('error', () => undefined));
    await once(this.queued[0], 'connect');
  }
}

/** Lets the virtual time run until a promise is settled; resolves with the seconds that it took. */
async function secondsUntilSettled(promise: Promise<unknown>): Promise<number> {
  const start = Date.now();
  let settled = false;
  void promise.finally(() => { settled = true; }).catch(() => undefined);
  while (!settled && Date.now() - start < MINUTE) {
    await new Promise(resolve => setImmediate(resolve));
    await vi.advanceTimersByTimeAsync(100);
  }
  return (Date.now() - start) / 1000;
}

describe.each(calls)('an endpoint of %s that cannot be reached', (_service, call, remedy) => {
  it('is named, with what is missing', async () => {
    const free = await freePort();
    vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${free}`);
    const error = await failureOf(call(awsClients()));
    expect(error).toBeInstanceOf(UnreachableError);
    expect(error.message).toBe(`127.0.0.1:${free} cannot be reached: connect ECONNREFUSED 127.0.0.1:${free}; ${remedy}`);
  });

  it('is named within seconds when nothing answers', async () => {
    const hole = await BlackHole.open();
    try {
      vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${hole.port}`);
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
      const failure = failureOf(call(awsClients()));
      expect(await secondsUntilSettled(failure)).toBeLessThan(15);
      expect(await failure).toBeInstanceOf(UnreachableError);
      expect((await failure).message).toMatch(`127.0.0.1:${hole.port} cannot be reached: `);
    } finally {
      hole.close();
    }
  });
});

describe('an endpoint that takes the connection', () => {
  it('is not said to be unreachable when it never replies, and is given seconds', async () => {
    await whileListening(() => undefined, async port => {
      vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${port}`);
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
      const failure = failureOf(awsClients().iamSingleTry.send(new ListAccessKeysCommand({ UserName: 'newsletter' })));
      expect(await secondsUntilSettled(failure)).toBeLessThan(11);
      expect(await failure).not.toBeInstanceOf(UnreachableError);
      expect(await failure).toMatchObject({ name: 'TimeoutError' });
    });
  });

  it('is not said to be unreachable when it breaks the connection off', async () => {
    await whileListening(socket => socket.destroy(), async port => {
      vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${port}`);
      expect(await failureOf(awsClients().iamSingleTry.send(new ListAccessKeysCommand({ UserName: 'newsletter' })))).not.toBeInstanceOf(UnreachableError);
    });
  });
});

describe('the clients in a function whose SMTP endpoint is a FIPS one', () => {
  it.each([
    ['eu-west-1', ['secretsmanager-fips.eu-west-1.amazonaws.com', 'iam-fips.amazonaws.com', 'iam-fips.amazonaws.com', 'ssm-fips.eu-west-1.amazonaws.com']],
    ['us-gov-west-1', ['secretsmanager-fips.us-gov-west-1.amazonaws.com', 'iam.us-gov.amazonaws.com', 'iam.us-gov.amazonaws.com', 'ssm.us-gov-west-1.amazonaws.com']],
  ])('call the FIPS endpoints of %s', async (region, hosts) => {
    vi.stubEnv('AWS_REGION', region);
    vi.stubEnv('AWS_USE_FIPS_ENDPOINT', 'true');
    const called: string[] = [];
    const { secretsManager, iam, iamSingleTry, ssm } = awsClients();
    for (const { config } of [secretsManager, iam, iamSingleTry, ssm]) {
      vi.spyOn(config.requestHandler, 'handle').mockImplementation(async ({ hostname }: { hostname: string }) => {
        called.push(hostname);
        throw new Error('not to be sent');
      });
    }
    await failureOf(secretsManager.send(new DescribeSecretCommand({ SecretId: 'mail' })));
    await failureOf(iam.send(new ListAccessKeysCommand({ UserName: 'newsletter' })));
    await failureOf(iamSingleTry.send(new ListAccessKeysCommand({ UserName: 'newsletter' })));
    await failureOf(ssm.send(new ListCommandsCommand({})));
    expect(called).toEqual(hosts);
  });
});
