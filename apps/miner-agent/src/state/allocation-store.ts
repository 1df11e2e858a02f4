import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readJsonFile, writeFileAtomic } from '@muster/runtime/atomic-file';
import { allocationRecordSchema, type AllocationRecord } from '../reconcile/desired.ts';

export type Change = (current: AllocationRecord | undefined) => AllocationRecord | null | undefined;

/** One file per allocation, so that a change costs one allocation's bytes however many there are. */
export interface AllocationStore {
  list(): AllocationRecord[];
  get(allocationId: string): AllocationRecord | undefined;
  /** Durable before it resolves; changes of one allocation never overlap. Null removes it. */
  update(allocationId: string, change: Change): Promise<void>;
  /**
   * As `update`, but the change holds even when the disk refuses it; it throws all the same. For what must happen on a full disk too,
   * and what the next life would conclude again: that a container is to stop.
   */
  insist(allocationId: string, change: Change): Promise<void>;
}

const idOf = (name: string): string[] => (/^[^.].*\.json$/.test(name) ? [name.slice(0, -'.json'.length)] : []);

export async function openAllocationStore(directory: string): Promise<AllocationStore> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const fileOf = (allocationId: string) => join(directory, `${allocationId}.json`);
  const records = new Map<string, AllocationRecord>();
  for (const id of (await readdir(directory)).flatMap(idOf)) {
    const record = await readJsonFile(fileOf(id), allocationRecordSchema);
    if (record) records.set(record.allocationId, record);
  }
  const turns = new Map<string, Promise<void>>();

  async function write(allocationId: string, change: Change, insists: boolean): Promise<void> {
    const current = records.get(allocationId);
    const next = change(current);
    if (next === undefined || next === current) return;
    if (next === null) {
      records.delete(allocationId);
      await rm(fileOf(allocationId), { force: true });
      return;
    }
    if (insists) records.set(allocationId, next);
    await writeFileAtomic(fileOf(allocationId), `${JSON.stringify(next)}\n`);
    records.set(allocationId, next);
  }

  function inTurn(allocationId: string, change: Change, insists: boolean): Promise<void> {
    const turn = (turns.get(allocationId) ?? Promise.resolve()).then(() => write(allocationId, change, insists));
    const settled = turn
      .catch(() => undefined)
      .finally(() => {
        if (turns.get(allocationId) === settled) turns.delete(allocationId);
      });
    turns.set(allocationId, settled);
    return turn;
  }

  return {
    list: () => [...records.values()],
    get: (allocationId) => records.get(allocationId),
    update: (allocationId, change) => inTurn(allocationId, change, false),
    insist: (allocationId, change) => inTurn(allocationId, change, true),
  };
}
