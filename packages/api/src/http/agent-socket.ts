import type { IncomingMessage } from 'node:http';
import type { AnyTRPCRouter, inferRouterContext } from '@trpc/server';
import type { LogFailure } from './log-failure.ts';
import { createProcedureCalls } from './procedure-calls.ts';
import { serveAgent } from './serve-agent.ts';
import { createSocketServer, type SocketServer } from './socket-server.ts';

export type AgentSocketOptions<TRouter extends AnyTRPCRouter> = {
  router: TRouter;
  createContext(req: IncomingMessage): inferRouterContext<TRouter>;
  maxBytes: number;
  onFailure: LogFailure;
};

/** What `wsLink` speaks, for mutations and subscriptions alone. tRPC's own adapter costs half as much again as a heartbeat's whole work. */
export function createAgentSocket<TRouter extends AnyTRPCRouter>({
  router,
  createContext,
  maxBytes,
  onFailure,
}: AgentSocketOptions<TRouter>): SocketServer {
  const calls = createProcedureCalls(router, onFailure);
  return createSocketServer({ maxBytes, serve: (client, req) => serveAgent({ client, ctx: createContext(req), calls, onFailure }) });
}
