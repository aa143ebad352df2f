import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { AddressInfo, createServer, Server, Socket } from 'node:net';
import tls from 'node:tls';
import { vi } from 'vitest';

export async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** Runs while a server listens that does what it is told with each connection. */
export async function whileListening(onConnection: (socket: Socket) => void, run: (port: number) => Promise<void>): Promise<void> {
  const server = createServer(socket => onConnection(socket.on('error', () => undefined)));
  try {
    await run(await listen(server));
  } finally {
    server.close();
  }
}

/** A port on which nobody listens. */
export async function freePort(): Promise<number> {
  let free = 0;
  await whileListening(() => undefined, async port => { free = port; });
  return free;
}

/** As NODE_EXTRA_CA_CERTS does, which Node reads only when a process starts. */
export function trust(caFile: string): void {
  const { connect } = tls;
  const ca = readFileSync(caFile);
  const trusting = (options: tls.ConnectionOptions, listener?: () => void) => connect({ ...options, ca }, listener);
  vi.spyOn(tls, 'connect').mockImplementation(trusting as typeof tls.connect);
}
