import { appendLogChunks } from '@muster/db/hot/log-index';
import { findAllocations } from '@muster/db/repositories/allocations';
import type { LogAnswer, LogChunksBody } from '@muster/protocol/messages/log-frames';
import type { Deps } from '../../app/deps.ts';
import { logTopic } from '../../live/topics.ts';
import type { LogBudget } from './log-budget.ts';
import type { SessionKeys } from './session-book.ts';

/**
 * Keeps chunks of the node's own allocations, durably before it answers; what goes beyond their budget is not acknowledged, and comes again. Chunks of any other allocation are acknowledged and dropped:
 * the node could do nothing with a refusal but send them for ever.
 */
export async function takeLogs(
  { db, live, logger }: Pick<Deps, 'db' | 'live' | 'logger'>,
  { session, budget }: { session: SessionKeys; budget: LogBudget },
  { chunks }: LogChunksBody,
): Promise<LogAnswer> {
  const { runId, node } = session;
  const ids = [...new Set(chunks.map(({ allocationId }) => allocationId))];
  const known = await findAllocations(db, ids);
  const own = new Set(
    known.filter((allocation) => allocation.runId === runId && allocation.node === node).map(({ allocationId }) => allocationId),
  );
  const kept = budget.admit(
    session,
    chunks.filter(({ allocationId }) => own.has(allocationId)),
  );
  const acked = await appendLogChunks(db, kept);
  live.publish([...own].map(logTopic));
  const dropped = chunks
    .filter(({ allocationId }) => !own.has(allocationId))
    .map(({ allocationId, sequence }) => ({ allocationId, sequence }));
  if (dropped.length > 0)
    logger.warn({ event: 'logs.dropped', runId, node, chunks: dropped.length }, 'logs of an allocation that this node does not have');
  return { acked: [...acked, ...dropped] };
}
