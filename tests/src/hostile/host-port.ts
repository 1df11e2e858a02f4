import { once } from 'node:events';
import { createServer } from 'node:net';

let visits = 0;
const server = createServer((socket) => {
  visits += 1;
  socket.on('error', () => undefined).end('private\n');
})
  .listen(0)
  .unref();
await once(server, 'listening');
const address = server.address();

/** A service of the machine's owner, on all its addresses, which no container may reach. */
export const HOST_PORT = typeof address === 'object' && address ? address.port : 0;
export const hostVisits = (): number => visits;
export const stopHost = (): void => void server.close();
