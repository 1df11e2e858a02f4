import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { AppError } from '@muster/protocol/errors/app-error';

export type Handlers = {
  request(req: IncomingMessage, res: ServerResponse): void;
  upgrade(req: IncomingMessage, socket: Duplex, head: Buffer): void;
};

export type HttpServer = {
  server: Server;
  /** The port in use, also when 0 was asked for. */
  port: number;
  /** Until this is called every request is answered 503: the port is taken first, so that a conflict shows at once. */
  serve(handlers: Handlers): void;
  /** Takes no more connections and resolves when the requests under way are answered, or after `graceMs`. */
  close(graceMs: number): Promise<void>;
};

const starting: Handlers = {
  request(req, res) {
    const alive = req.url === '/healthz';
    res.writeHead(alive ? 200 : 503, { 'content-type': 'application/json', 'retry-after': '1' });
    res.end(JSON.stringify({ status: 'starting' }));
  },
  upgrade(_req, socket) {
    socket.end('HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\nconnection: close\r\n\r\n');
  },
};

/** The longest that a request may take to arrive: a snapshot over a slow line. */
const UPLOAD_MS = 3_600_000;

/** Throws PORT_IN_USE, or CONFIG_INVALID for a port or address that this process may not listen on. */
export async function listen({ host, port }: { host: string; port: number }): Promise<HttpServer> {
  let handlers = starting;
  let closing = false;
  /** How many answers each connection that has asked for any still waits for. */
  const owed = new Map<Duplex, number>();
  const server = createServer({ keepAliveTimeout: 65_000, requestTimeout: UPLOAD_MS }, (req, res) => {
    const { socket } = req;
    owed.set(socket, (owed.get(socket) ?? 0) + 1);
    res.once('close', () => {
      const answers = owed.get(socket);
      if (answers !== undefined) owed.set(socket, answers - 1);
      // A connection that is kept alive ends with the answer that it waited for.
      if (closing) server.closeIdleConnections();
    });
    handlers.request(req, res);
  });
  // For Node a connection is idle once its answer was handed over, and it would cut off one that is still on its way.
  server.closeIdleConnections = () => {
    for (const [socket, answers] of owed) if (answers === 0) socket.destroy();
  };
  server.on('connection', (socket) => socket.once('close', () => owed.delete(socket)));
  server.on('upgrade', (req, socket, head) => {
    owed.delete(socket);
    // A socket that breaks before its upgrade is over must not end the process.
    socket.on('error', () => socket.destroy());
    handlers.upgrade(req, socket, head);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(translate(error, host, port)));
    server.listen(port, host, () => resolve());
  });
  const address = server.address();
  return {
    server,
    port: typeof address === 'object' && address !== null ? address.port : port,
    serve: (next) => {
      handlers = next;
    },
    close: (graceMs) => {
      closing = true;
      return close(server, graceMs);
    },
  };
}

async function close(server: Server, graceMs: number): Promise<void> {
  const ended = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const impatience = setTimeout(() => server.closeAllConnections(), graceMs);
  await ended;
  clearTimeout(impatience);
}

function translate(error: NodeJS.ErrnoException, host: string, port: number): Error {
  if (error.code === 'EADDRINUSE')
    return new AppError('PORT_IN_USE', {
      publicMessage: `Port ${port} on ${host} is in use by another program.`,
      hint: 'Stop that program, or choose another port, for example: PORT=3100',
      cause: error,
    });
  if (error.code === 'EACCES')
    return new AppError('CONFIG_INVALID', {
      publicMessage: `Port ${port} on ${host} may not be used by this user.`,
      hint: 'Choose a port above 1023, for example: PORT=3000',
      cause: error,
    });
  return new AppError('CONFIG_INVALID', {
    publicMessage: `HOST is ${host}, where this machine cannot listen (${error.code ?? error.message}).`,
    hint: 'Give one of its own addresses: HOST=127.0.0.1 for this machine alone, HOST=0.0.0.0 for every network it is in.',
    cause: error,
  });
}
