import { createServer } from 'node:net';
import { freePort } from '@muster/network/free-port';

/** A service of the machine's owner, on all its addresses, which no container may reach. */
export const HOST_PORT = await freePort();

export function serveOnHost(): { visits: () => number; stop(): void } {
  let visits = 0;
  const server = createServer((socket) => {
    visits += 1;
    socket.end('private\n');
  }).listen(HOST_PORT);
  return { visits: () => visits, stop: () => void server.close() };
}
