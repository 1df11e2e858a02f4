import { initTRPC } from '@trpc/server';
import { translateDatabaseError } from '@muster/db/database-error';
import type { AgentContext } from './context.ts';
import { createErrorFormatter } from './errors/error-shape.ts';

const t = initTRPC.context<AgentContext>().create({ errorFormatter: createErrorFormatter(translateDatabaseError) });

export const agentRouter = t.router;

/** Open to anybody who can speak the protocol: every message carries its own proof, checked by the service. */
export const agentProcedure = t.procedure;
