import { createServer, type Server } from 'node:http';
import { createMinerRouter, type MinerHandlers } from '@muster/api/miner';
import { AppError } from '@muster/protocol/errors/app-error';
import { createHTTPHandler } from '@trpc/server/adapters/standalone';

export interface MinerServer {
  port: number;
  close(): Promise<void>;
}

/** A signed message with its largest field is under this. */
const MAX_BODY_BYTES = 256 * 1024;
const MAX_CONNECTIONS = 256;

/** The node's inbound surface: `challenge` and `invite`, no more. Throws PORT_IN_USE. */
export async function startMinerServer(handlers: MinerHandlers, { host, port }: { host: string; port: number }): Promise<MinerServer> {
  const handle = createHTTPHandler({ router: createMinerRouter(handlers), maxBodySize: MAX_BODY_BYTES });
  const server = createServer({ requestTimeout: 10_000, headersTimeout: 5_000, keepAliveTimeout: 5_000 }, handle);
  server.maxConnections = MAX_CONNECTIONS;
  await listen(server, host, port);
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
        setTimeout(() => server.closeAllConnections(), 1_000).unref();
      }),
  };
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      // A kernel without IPv6.
      if (host === '::' && (error.code === 'EAFNOSUPPORT' || error.code === 'EADDRNOTAVAIL')) {
        resolve(listen(server, '0.0.0.0', port));
        return;
      }
      const taken = error.code === 'EADDRINUSE';
      reject(
        taken
          ? new AppError('PORT_IN_USE', {
              publicMessage: `Port ${port} is in use`,
              hint: 'Stop the other program, or set MUSTER_LISTEN_PORT (and MUSTER_ENDPOINT).',
              cause: error,
            })
          : error,
      );
    });
    server.once('listening', resolve);
    server.listen(port, host);
  });
}
