import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AnyTRPCRouter, inferRouterContext } from '@trpc/server';
import type { LogFailure } from './log-failure.ts';
import { createProcedureCalls } from './procedure-calls.ts';
import { readBody } from './read-body.ts';

export type FastPostOptions<TRouter extends AnyTRPCRouter> = {
  router: TRouter;
  createContext(req: IncomingMessage): inferRouterContext<TRouter>;
  maxBytes: number;
  onFailure: LogFailure;
};

/**
 * One mutation a POST, straight from node:http: the stock tRPC adapter costs more than the work of a heartbeat.
 * Speaks what `httpLink` speaks (the input as JSON body), so that any tRPC client can use it; batches are refused.
 */
export function createFastPost<TRouter extends AnyTRPCRouter>(options: FastPostOptions<TRouter>) {
  const { router, createContext, maxBytes, onFailure } = options;
  const calls = createProcedureCalls(router, onFailure);

  return async (req: IncomingMessage, res: ServerResponse, path: string): Promise<void> => {
    const call = calls.find(path, 'mutation');
    if (req.method !== 'POST' || call === undefined) return send(res, 404, { error: notThere(path) });
    try {
      const input: unknown = JSON.parse(await readBody(req, maxBytes));
      send(res, 200, { result: { data: await call({ input, ctx: createContext(req) }) } });
    } catch (cause) {
      const error = calls.errorOf(cause, { path, type: 'mutation' });
      send(res, error.data.httpStatus, { error });
    }
  };
}

const notThere = (path: string): object => ({
  message: `There is no "${path.slice(0, 64)}" to POST to.`,
  code: -32004,
  data: { code: 'NOT_FOUND', httpStatus: 404, path, app: null },
});

function send(res: ServerResponse, status: number, body: unknown): void {
  if (res.destroyed) return;
  const text = JSON.stringify(body);
  res.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
  res.end(text);
}
