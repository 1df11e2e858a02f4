import { findAllocations } from '@muster/db/repositories/allocations';
import type { Database } from '@muster/db/client';
import type { NodeOverview } from '@muster/db/repositories/nodes';
import type { AllocationRow, OrderRow } from '@muster/db/rows';
import { isTerminalAllocationPhase } from '@muster/domain/allocation-lifecycle';
import { beatOf } from '../session/beat-of.ts';

/** A container that a node still has although its allocation has ended here: the node was given up for lost, or the database is older than it. */
export type Stray = { runId: string; node: string; seq: number; allocationId: string; epoch: number };

export type Told = Stray & { heardAt: Date };

/** The containers that the nodes' newest heartbeats tell of. */
export function toldOf(nodes: readonly NodeOverview[]): Told[] {
  return nodes.flatMap((overview): Told[] => {
    const { session } = overview;
    const beat = beatOf(overview);
    if (session === null || session.heartbeatAt === null || beat === null) return [];
    const { runId, node, seq, heartbeatAt } = session;
    return beat.allocations
      .filter(({ phase }) => !isTerminalAllocationPhase(phase))
      .map(({ allocationId, epoch }) => ({ runId, node, seq, allocationId, epoch, heardAt: heartbeatAt }));
  });
}

/** `marginMs`: a heartbeat may have been written before the end that it overtook, or that overtook it. */
export function isStray(told: Told, row: AllocationRow | undefined, marginMs: number): boolean {
  if (row === undefined) return true;
  const isItsOwn = row.node === told.node && row.runId === told.runId && row.epoch === told.epoch;
  return !isItsOwn || (isTerminalAllocationPhase(row.phase) && told.heardAt.getTime() > row.phaseSince.getTime() + marginMs);
}

export async function findStrays(db: Database, nodes: readonly NodeOverview[], marginMs: number): Promise<Stray[]> {
  const told = toldOf(nodes);
  if (told.length === 0) return [];
  const rows = new Map(
    (
      await findAllocations(
        db,
        told.map(({ allocationId }) => allocationId),
      )
    ).map((row) => [row.allocationId, row]),
  );
  return atMostPerNode(told.filter((container) => isStray(container, rows.get(container.allocationId), marginMs)));
}

/** Each stray costs a signed order and a row, and a node may tell of as many as it likes: the rest is for later turns. */
const MAX_STRAYS_OF_NODE = 20;

export function atMostPerNode<T extends Stray>(strays: readonly T[]): T[] {
  const chosen = new Map<string, Map<string, T>>();
  for (const stray of strays) {
    const key = `${stray.runId}/${stray.node}`;
    const own = chosen.get(key) ?? new Map<string, T>();
    if (own.size < MAX_STRAYS_OF_NODE) chosen.set(key, own.set(stray.allocationId, stray));
  }
  return [...chosen.values()].flatMap((own) => [...own.values()]);
}

/** Whether a stop is to be ordered: none was, or the node has said that it obeyed and yet, long after, still has the container. */
export function needsStop(newest: OrderRow | undefined, { nowMs, patienceMs }: { nowMs: number; patienceMs: number }): boolean {
  if (newest === undefined) return true;
  return newest.acknowledgedAt !== null && nowMs - newest.acknowledgedAt.getTime() > patienceMs;
}
