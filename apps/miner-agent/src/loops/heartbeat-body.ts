import type { AllocationUsage, Heartbeat } from '@muster/protocol/messages/frames';
import type { OrphanWatch } from '../reconcile/orphans.ts';
import type { StatusBoard } from '../reconcile/status-board.ts';
import type { HouseRules } from '../policy/house-rules.ts';
import type { AllocationRecord } from '../reconcile/desired.ts';
import type { Meter } from '../resources/meter.ts';
import type { AllocationStore } from '../state/allocation-store.ts';
import type { AgentState } from '../state/agent-state.ts';
import type { JsonStore } from '../state/json-store.ts';

export interface HeartbeatInput {
  meter: Pick<Meter, 'node' | 'allocation'>;
  board: Pick<StatusBoard, 'current'>;
  orphans: Pick<OrphanWatch, 'current'>;
  state: JsonStore<AgentState>;
  store: Pick<AllocationStore, 'get'>;
  rules: Pick<HouseRules, 'offer'>;
  /** Where the engine keeps its data. */
  diskPath: string;
  now: () => number;
}

/** What a beat says: that we live, how busy the machine is, up to which order we have come, and the phase of each allocation. */
export async function heartbeatBody({ meter, board, orphans, state, store, rules, diskPath, now }: HeartbeatInput): Promise<Heartbeat> {
  const { usage, freeDiskBytes } = await meter.node(diskPath);
  const { newestOrder } = state.get();
  return {
    at: now(),
    usage,
    offer: rules.offer(freeDiskBytes),
    orderEpoch: newestOrder.masterEpoch,
    orderCounter: newestOrder.counter,
    allocations: board
      .current()
      .slice(0, 1000)
      .map(({ allocationId, epoch, phase }) => ({
        allocationId,
        epoch,
        phase,
        ...gpusOf(store.get(allocationId)),
        ...usageOf(meter.allocation(allocationId)),
      })),
    orphans: orphans.current(),
  };
}

/** What an ended allocation held is free again. */
const gpusOf = (record: AllocationRecord | undefined): { gpus?: string[] } =>
  record && !record.outcome && record.gpus.length > 0 ? { gpus: record.gpus } : {};

const usageOf = (usage: AllocationUsage | null): { usage?: AllocationUsage } => (usage === null ? {} : { usage });
