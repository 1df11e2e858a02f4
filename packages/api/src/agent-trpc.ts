import { initTRPC } from '@trpc/server';
import type { AgentContext } from './context.ts';
import { withDatabaseErrors } from './database-errors.ts';
import { formatError } from './errors/error-shape.ts';

const t = initTRPC.context<AgentContext>().create({ errorFormatter: formatError });

export const agentRouter = t.router;

/** Open to anybody who can speak the protocol: every message carries its own proof, checked by the service. */
export const agentProcedure = t.procedure.use(withDatabaseErrors);
