import { createServer } from 'node:http';
import type { Handlers } from './http-server.ts';
import next from 'next';

export type Pages = Handlers & { close(): Promise<void> };

/**
 * Next behind our own server. It adds an `upgrade` listener to the server that it is given on the first page request, which would take
 * the tRPC sockets over: so it is given one that never listens, and gets the development socket's upgrades handed on.
 */
export async function createPages({
  dir,
  development,
  host,
  port,
}: {
  dir: string;
  development: boolean;
  host: string;
  port: number;
}): Promise<Pages> {
  const upgrades = createServer();
  const app = next({ dev: development, dir, hostname: host, port, httpServer: upgrades });
  await app.prepare();
  const handle = app.getRequestHandler();
  return {
    request: (req, res) => void handle(req, res),
    upgrade: (req, socket, head) => {
      if (development && req.url?.startsWith('/_next/')) upgrades.emit('upgrade', req, socket, head);
      else socket.end('HTTP/1.1 404 Not Found\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
    },
    close: () => app.close(),
  };
}
