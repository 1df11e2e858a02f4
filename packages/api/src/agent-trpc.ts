import { initTRPC, type AnyTRPCProcedure } from '@trpc/server';
import { translateDatabaseError } from '@muster/db/database-error';
import type { z } from 'zod';
import type { AgentContext } from './context.ts';
import { createErrorFormatter } from './errors/error-shape.ts';

const t = initTRPC.context<AgentContext>().create({ errorFormatter: createErrorFormatter(translateDatabaseError) });

export const agentRouter = t.router;

/** Open to anybody who can speak the protocol: every message carries its own proof, checked by the service. */
export const agentProcedure = t.procedure;

export type DirectCall = (ctx: AgentContext, input: unknown) => Promise<unknown>;
const directCalls = new WeakMap<AnyTRPCProcedure, DirectCall>();

/**
 * A mutation that can also be called without tRPC's chain of middlewares, which costs ten times as much as parsing a heartbeat's input:
 * agents' procedures have no middleware but their input.
 */
export function agentMutation<S extends z.ZodType, R>(schema: S, handle: (ctx: AgentContext, input: z.output<S>) => Promise<R>) {
  const call = async (ctx: AgentContext, input: unknown): Promise<R> => handle(ctx, schema.parse(input));
  // Parsed again where tRPC has parsed already, which is nowhere but in tests: its adapters serve no agents.
  const procedure = agentProcedure.input(schema).mutation(({ ctx, input }) => call(ctx, input));
  directCalls.set(procedure, call);
  return procedure;
}

/** How to call a procedure that agentMutation made; undefined for any other. */
export const directCallOf = (procedure: AnyTRPCProcedure): DirectCall | undefined => directCalls.get(procedure);
