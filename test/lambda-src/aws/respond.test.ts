import { createServer, IncomingMessage, Server } from 'node:http';
import { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { respond } from '../../../lambda-src/aws/respond';
import { systemClock } from '../../../lambda-src/basics/time';

interface Received {
  readonly method?: string;
  readonly contentType?: string;
  readonly body: string;
}

let server: Server;

/** A place for answers that takes them after it has refused some. */
async function place(refusals: number, received: Received[]): Promise<string> {
  server = createServer((request: IncomingMessage, response) => {
    let body = '';
    request.on('data', chunk => { body += String(chunk); }).on('end', () => {
      received.push({ method: request.method, contentType: request.headers['content-type'], body });
      response.writeHead(received.length > refusals ? 200 : 503).end();
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/answer?Signature=hidden`;
}

/** Time that passes without waiting. */
function skipTime(): void {
  let now = 0;
  vi.spyOn(systemClock, 'now').mockImplementation(() => now);
  vi.spyOn(systemClock, 'sleep').mockImplementation(async milliseconds => { now += milliseconds; });
}

afterEach(() => {
  vi.restoreAllMocks();
  server?.close();
});

describe('the answer', () => {
  it('is put where CloudFormation looks for it, without a content type', async () => {
    const received: Received[] = [];
    await respond(await place(0, received), '{"Status":"SUCCESS"}');
    expect(received).toEqual([{ method: 'PUT', contentType: '', body: '{"Status":"SUCCESS"}' }]);
  });

  it('is put there again if that did not succeed', async () => {
    skipTime();
    const received: Received[] = [];
    await respond(await place(2, received), '{}');
    expect(received).toHaveLength(3);
  });

  it('fails with the name of the host and what it said, and without the signature', async () => {
    skipTime();
    const url = await place(Infinity, []);
    const error: Error = await respond(url, '{}').then(() => expect.unreachable(), (caught: Error) => caught);
    expect(error.message).toBe(`the answer did not reach CloudFormation at ${new URL(url).host}: HTTP status 503; `
      + 'in a VPC, the function needs a NAT gateway or the VPC endpoint s3');
  });

  it('fails with what keeps it from the host', async () => {
    skipTime();
    await expect(respond('http://127.0.0.1:1/?Signature=hidden', '{}')).rejects.toThrow(/^the answer did not reach CloudFormation at 127\.0\.0\.1:1: \S.+; in a VPC/);
    vi.spyOn(globalThis, 'fetch').mockRejectedValue(new Error('the operation was aborted'));
    await expect(respond('http://127.0.0.1:1/', '{}')).rejects.toThrow('at 127.0.0.1:1: the operation was aborted; ');
  });
});
