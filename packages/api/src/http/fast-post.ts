import type { IncomingMessage, ServerResponse } from 'node:http';
import { getTRPCErrorFromUnknown, getTRPCErrorShape, type AnyTRPCRouter, type inferRouterContext } from '@trpc/server';
import type { LogFailure } from './log-failure.ts';
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
  // A null prototype: a path like `constructor` names nothing.
  const procedures = Object.assign(Object.create(null), router._def.procedures) as typeof router._def.procedures;

  const fail = (res: ServerResponse, path: string, cause: unknown): void => {
    const error = getTRPCErrorFromUnknown(cause);
    onFailure(error, path);
    const shape = getTRPCErrorShape({ config: router._def._config, error, type: 'mutation', path, input: undefined, ctx: undefined });
    send(res, shape.data.httpStatus, { error: shape });
  };

  return async (req: IncomingMessage, res: ServerResponse, path: string): Promise<void> => {
    try {
      const procedure = procedures[path];
      if (procedure === undefined || procedure._def.type !== 'mutation' || req.method !== 'POST') {
        send(res, 404, {
          error: {
            message: `There is no "${path.slice(0, 64)}" to POST to.`,
            code: -32004,
            data: { code: 'NOT_FOUND', httpStatus: 404, path, app: null },
          },
        });
        return;
      }
      const input: unknown = JSON.parse(await readBody(req, maxBytes));
      const data = await procedure({
        ctx: createContext(req),
        path,
        type: 'mutation',
        getRawInput: () => Promise.resolve(input),
        signal: undefined,
        batchIndex: 0,
      });
      send(res, 200, { result: { data } });
    } catch (error) {
      fail(res, path, error);
    }
  };
}

function send(res: ServerResponse, status: number, body: unknown): void {
  if (res.destroyed) return;
  const text = JSON.stringify(body);
  res.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
  res.end(text);
}
