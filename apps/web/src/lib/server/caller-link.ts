import type { BuyerRouter } from '@muster/api/types';
import { TRPCClientError, type TRPCLink } from '@trpc/client';
import { observable } from '@trpc/server/observable';

/** A tRPC link that calls the server's procedures in process: a page that is rendered here makes no request to itself. */
export const callerLink =
  (caller: object): TRPCLink<BuyerRouter> =>
  () =>
  ({ op }) =>
    observable((observer) => {
      invoke(caller, op.path, op.input)
        .then((data) => {
          observer.next({ result: { type: 'data', data } });
          observer.complete();
        })
        .catch((error: unknown) => observer.error(TRPCClientError.from(error instanceof Error ? error : new Error(String(error)))));
    });

/** tRPC's caller is a proxy of proxies, one per part of the path. */
async function invoke(caller: object, path: string, input: unknown): Promise<unknown> {
  let target: unknown = caller;
  for (const part of path.split('.')) target = isObject(target) ? Reflect.get(target, part) : undefined;
  if (typeof target !== 'function') throw new Error(`No procedure ${path}`);
  return Reflect.apply(target, undefined, [input]);
}

const isObject = (value: unknown): value is object => (typeof value === 'object' && value !== null) || typeof value === 'function';
