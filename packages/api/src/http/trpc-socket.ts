import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { AnyTRPCRouter, inferRouterContext } from '@trpc/server';
import { applyWSSHandler, type CreateWSSContextFnOptions } from '@trpc/server/adapters/ws';
import { WebSocketServer } from 'ws';
import type { LogFailure } from './log-failure.ts';

export type TrpcSocketOptions<TRouter extends AnyTRPCRouter> = {
  router: TRouter;
  createContext(options: CreateWSSContextFnOptions): inferRouterContext<TRouter>;
  maxBytes: number;
  onFailure: LogFailure;
};

/** A tRPC WebSocket endpoint that takes upgrades handed to it. `close` tells clients to reconnect and ends every socket. */
export function createTrpcSocket<TRouter extends AnyTRPCRouter>(options: TrpcSocketOptions<TRouter>) {
  const { router, createContext, maxBytes, onFailure } = options;
  const wss = new WebSocketServer({ noServer: true, maxPayload: maxBytes, perMessageDeflate: false });
  const handler = applyWSSHandler<TRouter>({
    wss,
    router,
    createContext,
    keepAlive: { enabled: true, pingMs: 20_000, pongWaitMs: 10_000 },
    onError: ({ error, path }) => onFailure(error, path ?? ''),
  });

  let closing: Promise<void> | undefined;

  return {
    upgrade(req: IncomingMessage, socket: Duplex, head: Buffer): void {
      wss.handleUpgrade(req, socket, head, (client) => wss.emit('connection', client, req));
    },
    close: (): Promise<void> => (closing ??= close()),
  };

  async function close(): Promise<void> {
    handler.broadcastReconnectNotification();
    for (const client of wss.clients) client.close(1001, 'the server is stopping');
    const patience = setTimeout(() => {
      for (const client of wss.clients) client.terminate();
    }, 2_000);
    await new Promise<void>((resolve) => wss.close(() => resolve()));
    clearTimeout(patience);
  }
}
