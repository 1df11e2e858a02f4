import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';

export type SocketServer = {
  upgrade(req: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Ends every socket, telling its client to come back; those that do not listen are cut off. */
  close(): Promise<void>;
};

export type SocketServerOptions = {
  maxBytes: number;
  serve(client: WebSocket, req: IncomingMessage): void;
};

const PING_MS = 20_000;
const PATIENCE_MS = 2_000;

/** WebSockets over upgrades that are handed in. One timer pings them all and cuts off those that have fallen silent. */
export function createSocketServer({ maxBytes, serve }: SocketServerOptions): SocketServer {
  const wss = new WebSocketServer({ noServer: true, maxPayload: maxBytes, perMessageDeflate: false });
  const awake = new WeakSet<WebSocket>();
  let closing: Promise<void> | undefined;

  const pinging = setInterval(() => {
    for (const client of wss.clients) {
      // Deleted: it had answered since the last ping.
      if (awake.delete(client)) client.ping();
      else client.terminate();
    }
  }, PING_MS);
  pinging.unref();

  function connect(client: WebSocket, req: IncomingMessage): void {
    awake.add(client);
    client.on('pong', () => awake.add(client));
    serve(client, req);
  }

  async function close(): Promise<void> {
    clearInterval(pinging);
    // In the words of tRPC's clients, for those that know them.
    for (const client of wss.clients) if (client.readyState === client.OPEN) client.send('{"id":null,"method":"reconnect"}');
    for (const client of wss.clients) client.close(1001, 'the server is stopping');
    const patience = setTimeout(() => {
      for (const client of wss.clients) client.terminate();
    }, PATIENCE_MS);
    await new Promise<void>((resolve) => wss.close(() => resolve()));
    clearTimeout(patience);
  }

  return {
    upgrade: (req, socket, head) => wss.handleUpgrade(req, socket, head, (client) => connect(client, req)),
    close: () => (closing ??= close()),
  };
}
