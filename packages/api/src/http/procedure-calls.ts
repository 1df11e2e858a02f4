import {
  getTRPCErrorFromUnknown,
  getTRPCErrorShape,
  type AnyTRPCRouter,
  type inferRouterContext,
  type TRPCProcedureType,
} from '@trpc/server';
import { directCallOf } from '../agent-trpc.ts';
import type { LogFailure } from './log-failure.ts';

type CallType = Extract<TRPCProcedureType, 'mutation' | 'subscription'>;
export type Call<TContext> = { path: string; type: CallType; input: unknown; ctx: TContext; signal?: AbortSignal };

/**
 * A router's procedures, called without tRPC's adapters: each of those costs more than the work of a heartbeat. What is validated, what
 * is answered and how errors look stays the router's.
 */
export function createProcedureCalls<TRouter extends AnyTRPCRouter>(router: TRouter, onFailure: LogFailure) {
  // A null prototype: a path like `constructor` names nothing.
  const procedures = Object.assign(Object.create(null), router._def.procedures) as typeof router._def.procedures;
  return {
    has: (path: string, type: CallType): boolean => procedures[path]?._def.type === type,
    /** The result of a procedure that the router has. What it throws becomes an answer by `errorOf`. */
    call: ({ path, type, input, ctx, signal }: Call<inferRouterContext<TRouter>>): Promise<unknown> => {
      const procedure = procedures[path];
      const direct = directCallOf(procedure);
      return direct ? direct(ctx, input) : procedure({ ctx, path, type, getRawInput: () => Promise.resolve(input), signal, batchIndex: 0 });
    },
    errorOf: (cause: unknown, { path, type }: { path: string; type: CallType }) => {
      const error = getTRPCErrorFromUnknown(cause);
      onFailure(error, path);
      return getTRPCErrorShape({ config: router._def._config, error, type, path, input: undefined, ctx: undefined });
    },
  };
}
export type ProcedureCalls = ReturnType<typeof createProcedureCalls>;
