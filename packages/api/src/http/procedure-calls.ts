import {
  getTRPCErrorFromUnknown,
  getTRPCErrorShape,
  type AnyTRPCProcedure,
  type AnyTRPCRouter,
  type inferRouterContext,
  type TRPCProcedureType,
} from '@trpc/server';
import { directCallOf } from '../agent-trpc.ts';
import type { LogFailure } from './log-failure.ts';

type CallType = Extract<TRPCProcedureType, 'mutation' | 'subscription'>;
export type Call<TContext> = (call: { input: unknown; ctx: TContext; signal?: AbortSignal }) => Promise<unknown>;

/**
 * A router's procedures, called without tRPC's adapters: each of those costs more than the work of a heartbeat. What is validated, what
 * is answered and how errors look stays the router's.
 */
export function createProcedureCalls<TRouter extends AnyTRPCRouter>(router: TRouter, onFailure: LogFailure) {
  const callOf = (path: string, procedure: AnyTRPCProcedure): Call<inferRouterContext<TRouter>> => {
    const direct = directCallOf(procedure);
    if (direct) return ({ input, ctx }) => direct(ctx, input);
    const { type } = procedure._def;
    return ({ input, ctx, signal }) => procedure({ ctx, path, type, getRawInput: () => Promise.resolve(input), signal, batchIndex: 0 });
  };
  const procedures: [string, AnyTRPCProcedure][] = Object.entries(router._def.procedures);
  // A map: a path like `constructor` names nothing.
  const known = new Map(procedures.map(([path, procedure]) => [path, { type: procedure._def.type, call: callOf(path, procedure) }]));
  return {
    /** How to call a procedure of this type; undefined where the router has none. What the call throws becomes an answer by `errorOf`. */
    find(path: string, type: CallType): Call<inferRouterContext<TRouter>> | undefined {
      const found = known.get(path);
      return found?.type === type ? found.call : undefined;
    },
    errorOf: (cause: unknown, { path, type }: { path: string; type: CallType }) => {
      const error = getTRPCErrorFromUnknown(cause);
      onFailure(error, path);
      return getTRPCErrorShape({ config: router._def._config, error, type, path, input: undefined, ctx: undefined });
    },
  };
}
export type ProcedureCalls = ReturnType<typeof createProcedureCalls>;
