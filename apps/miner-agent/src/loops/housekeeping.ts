import type { LogCollector } from '../logs/log-collector.ts';
import { isNewer, type AllocationRecord } from '../reconcile/desired.ts';
import type { StatusBoard } from '../reconcile/status-board.ts';
import type { AgentState } from '../state/agent-state.ts';
import type { AllocationStore } from '../state/allocation-store.ts';
import type { JsonStore } from '../state/json-store.ts';

export interface HousekeepingOptions {
  store: AllocationStore;
  state: JsonStore<AgentState>;
  board: StatusBoard;
  logs: LogCollector;
  now: () => number;
}

/** Long enough for the master to repeat any order that it has not heard an answer to. */
const KEEP_MS = 60 * 60_000;

/** Forgets what has ended, been reported and delivered in full. Orders up to it are replays from then on. */
export async function forgetFinished({ store, state, board, logs, now }: HousekeepingOptions): Promise<void> {
  for (const record of store.list()) {
    const { allocationId, outcome } = record;
    const isDelivered = board.isConfirmed(allocationId) && !logs.hasPending(allocationId);
    if (!outcome || !isDelivered || now() - outcome.endedAt < KEEP_MS || isSyncing(state.get(), record)) continue;
    await state.update((current) =>
      isNewer(record.version, current.forgottenOrders) ? { ...current, forgottenOrders: record.version } : current,
    );
    await store.update(allocationId, () => null);
    await logs.forget(allocationId);
  }
}

const isSyncing = ({ syncs }: AgentState, { allocationId }: AllocationRecord): boolean =>
  syncs.some((sync) => sync.allocationId === allocationId);
