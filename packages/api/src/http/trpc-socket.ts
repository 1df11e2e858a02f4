import type { AnyTRPCRouter, inferRouterContext } from '@trpc/server';
import { getWSConnectionHandler, type CreateWSSContextFnOptions } from '@trpc/server/adapters/ws';
import { WebSocketServer } from 'ws';
import type { LogFailure } from './log-failure.ts';
import { createSocketServer, type SocketServer } from './socket-server.ts';

export type TrpcSocketOptions<TRouter extends AnyTRPCRouter> = {
  router: TRouter;
  createContext(options: CreateWSSContextFnOptions): inferRouterContext<TRouter>;
  maxBytes: number;
  onFailure: LogFailure;
};

/** tRPC's own WebSocket adapter, with everything that it can do: batches, connection parameters, resumed subscriptions. */
export function createTrpcSocket<TRouter extends AnyTRPCRouter>({
  router,
  createContext,
  maxBytes,
  onFailure,
}: TrpcSocketOptions<TRouter>): SocketServer {
  const serve = getWSConnectionHandler<TRouter>({
    // Named by its type alone: the sockets are handed over one by one.
    wss: new WebSocketServer({ noServer: true }),
    router,
    createContext,
    onError: ({ error, path }) => onFailure(error, path ?? ''),
  });
  return createSocketServer({ maxBytes, serve });
}
