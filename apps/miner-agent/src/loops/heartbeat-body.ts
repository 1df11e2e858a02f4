import type { Heartbeat } from '@muster/protocol/messages/frames';
import type { Host } from '../ports/host.ts';
import type { OrphanWatch } from '../reconcile/orphans.ts';
import type { StatusBoard } from '../reconcile/status-board.ts';
import type { AgentState } from '../state/agent-state.ts';
import type { JsonStore } from '../state/json-store.ts';

export interface HeartbeatInput {
  host: Pick<Host, 'usage' | 'diskSpace'>;
  board: Pick<StatusBoard, 'current'>;
  orphans: Pick<OrphanWatch, 'current'>;
  state: JsonStore<AgentState>;
  dataDir: string;
  now: () => number;
}

/** What a beat says: that we live, how busy the machine is, up to which order we have come, and the phase of each allocation. */
export async function heartbeatBody({ host, board, orphans, state, dataDir, now }: HeartbeatInput): Promise<Heartbeat> {
  const [{ cpu, memoryBytes }, disk] = await Promise.all([host.usage(), host.diskSpace(dataDir)]);
  const { newestOrder } = state.get();
  return {
    at: now(),
    usage: { cpu, memoryBytes, diskBytes: disk.totalBytes - disk.freeBytes },
    orderEpoch: newestOrder.masterEpoch,
    orderCounter: newestOrder.counter,
    allocations: board
      .current()
      .slice(0, 1000)
      .map(({ allocationId, epoch, phase }) => ({ allocationId, epoch, phase })),
    orphans: orphans.current(),
  };
}
