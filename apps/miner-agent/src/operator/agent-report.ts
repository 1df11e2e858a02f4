import { allocationPhaseSchema, allocationUsageSchema, nodeUsageSchema, orphanSchema } from '@muster/protocol/messages/frames';
import { offerSchema } from '@muster/protocol/offer';
import { timestampMsSchema } from '@muster/protocol/primitives';
import { z } from 'zod';

const allocationReportSchema = z.object({
  allocationId: z.string(),
  taskId: z.string(),
  epoch: z.number(),
  image: z.string(),
  phase: allocationPhaseSchema,
  /** Why it is in this phase, or what last went wrong; null when there is nothing to say. */
  reason: z.string().nullable(),
  containerId: z.string().nullable(),
  startedAt: timestampMsSchema.nullable(),
  /** Null while nothing of it runs, or nobody measures. */
  usage: allocationUsageSchema.nullable(),
});
export type AllocationReport = z.infer<typeof allocationReportSchema>;

/** What the agent tells its owner about itself; the same from a running agent and from what a stopped one left. */
export const agentReportSchema = z.object({
  running: z.boolean(),
  version: z.string(),
  pid: z.number().nullable(),
  startedAt: timestampMsSchema.nullable(),
  invited: z.boolean(),
  registering: z.boolean(),
  /** Null while there is no link to the master. */
  session: z.object({ sessionId: z.string(), generation: z.number(), lastHeartbeatAt: timestampMsSchema.nullable() }).nullable(),
  /** Out of the master's reach for longer than it waits: nothing may run. */
  fenced: z.boolean(),
  drains: z.array(z.object({ by: z.enum(['owner', 'master']), reason: z.string(), deadline: timestampMsSchema.nullable() })),
  /** As the last heartbeat said. */
  offer: offerSchema.nullable(),
  usage: nodeUsageSchema.nullable(),
  allocations: z.array(allocationReportSchema),
  /** Log that the master has not confirmed. */
  spool: z.object({ chunks: z.number(), bytes: z.number() }),
  /** What the agent has pulled; the budget as far as it is known. An agent that ran on over an update says nothing of it. */
  images: z
    .object({ count: z.number(), bytes: z.number(), budgetBytes: z.number().nullable() })
    .default({ count: 0, bytes: 0, budgetBytes: null }),
  /** Containers of ours that no order knows; null when nobody looks. */
  orphans: z.array(orphanSchema).nullable(),
});
export type AgentReport = z.infer<typeof agentReportSchema>;
