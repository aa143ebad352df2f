import { once } from 'node:events';
import { createServer, IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

/** Answers a question of a plug-in. */
export type Answerer = (question: never) => Promise<unknown>;

/** Where LocalEmu's plug-ins reach the process of the tests: one address for each kind of question. */
export class Bridge {
  public static async open(answerers: Readonly<Record<string, Answerer>>): Promise<Bridge> {
    const server = createServer((request, response) => {
      answer(request, answerers)
        .then(body => response.end(JSON.stringify(body ?? null)))
        .catch((error: unknown) => response.writeHead(500).end(String(error)));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Bridge(server);
  }

  private constructor(private readonly server: Server) {}

  public get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  public close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}

async function answer(request: IncomingMessage, answerers: Readonly<Record<string, Answerer>>): Promise<unknown> {
  const answerer = answerers[request.url ?? ''];
  if (!answerer) throw new Error(`nobody answers ${request.url}`);
  return answerer(await json(request) as never);
}
