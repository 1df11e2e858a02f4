import type { Logger } from '@muster/runtime/logger';
import type { LogCollector } from '../logs/log-collector.ts';
import { isNewer, type AllocationRecord } from '../reconcile/desired.ts';
import type { StatusBoard } from '../reconcile/status-board.ts';
import type { AgentState } from '../state/agent-state.ts';
import type { AllocationStore } from '../state/allocation-store.ts';
import type { JsonStore } from '../state/json-store.ts';

export interface HousekeepingOptions {
  store: Pick<AllocationStore, 'list' | 'update'>;
  state: JsonStore<AgentState>;
  board: Pick<StatusBoard, 'isConfirmed'>;
  logs: Pick<LogCollector, 'hasPending' | 'forget'>;
  logger: Logger;
  now: () => number;
}

/** Long enough for the master to repeat any order that it has not heard an answer to. */
const KEEP_MS = 60 * 60_000;
/** For a master that confirms nothing: how long it may come back and hear how an allocation ended, and how many are kept for it. */
const KEEP_UNHEARD_MS = 30 * 24 * 60 * 60_000;
const MOST_ENDED = 5_000;

/**
 * Forgets what has ended, been reported and delivered in full; and, since the disk is the owner's, what nobody wanted to hear. Orders up to it
 * are replays from then on.
 */
export async function forgetFinished(options: HousekeepingOptions): Promise<void> {
  const { store, state, board, logs, logger, now } = options;
  const ages = endedIn(store.list(), now());
  let unheard = 0;
  for (const [place, { record, ageMs }] of ages.entries()) {
    const { allocationId } = record;
    const isDelivered = board.isConfirmed(allocationId) && !logs.hasPending(allocationId);
    const isTooMuch = ageMs >= KEEP_UNHEARD_MS || place >= MOST_ENDED;
    if (!(isTooMuch || (isDelivered && ageMs >= KEEP_MS)) || isSyncing(state.get(), record)) continue;
    await forget(record, options);
    if (!isDelivered) unheard += 1;
  }
  if (unheard > 0)
    logger.warn(
      { event: 'allocations.forgotten', count: unheard },
      'the master has not confirmed how some allocations ended, or not taken their logs; too old or too many, they are forgotten',
    );
}

/** The newest first. */
const endedIn = (records: readonly AllocationRecord[], now: number): { record: AllocationRecord; ageMs: number }[] =>
  records
    .flatMap((record) => (record.outcome ? [{ record, ageMs: now - record.outcome.endedAt }] : []))
    .toSorted((a, b) => a.ageMs - b.ageMs);

async function forget({ allocationId, version }: AllocationRecord, { store, state, logs }: HousekeepingOptions): Promise<void> {
  await state.update((current) => (isNewer(version, current.forgottenOrders) ? { ...current, forgottenOrders: version } : current));
  await store.update(allocationId, () => null);
  await logs.forget(allocationId);
}

const isSyncing = ({ syncs }: AgentState, { allocationId }: AllocationRecord): boolean =>
  syncs.some((sync) => sync.allocationId === allocationId);
