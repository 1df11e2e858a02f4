import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { JsonFileError, readJsonFile, writeFileAtomic } from '@muster/runtime/atomic-file';
import { allocationRecordSchema, type AllocationRecord } from '../reconcile/desired.ts';

export type Change = (current: AllocationRecord | undefined) => AllocationRecord | null | undefined;

/** One file per allocation, so that a change costs one allocation's bytes however many there are. */
export interface AllocationStore {
  list(): AllocationRecord[];
  get(allocationId: string): AllocationRecord | undefined;
  /** Its record could not be read any more: nobody knows how far it had come. */
  isDamaged(allocationId: string): boolean;
  /** Durable before it resolves; changes of one allocation never overlap. Null removes it. */
  update(allocationId: string, change: Change): Promise<void>;
  /**
   * As `update`, but the change holds even when the disk refuses it; it throws all the same. For what must happen on a full disk too,
   * and what the next life would conclude again: that a container is to stop.
   */
  insist(allocationId: string, change: Change): Promise<void>;
}

/** What a damaged file is called from then on. */
const DAMAGED = '.json.damaged';
const idsIn = (names: readonly string[], ending: string): string[] =>
  names.flatMap((name) => (!name.startsWith('.') && name.endsWith(ending) ? [name.slice(0, -ending.length)] : []));

/** One that cannot be read is set aside, where its owner finds it, and does not keep the others from being looked after. */
export async function openAllocationStore(
  directory: string,
  onDamaged: (file: string, error: JsonFileError) => void = () => undefined,
): Promise<AllocationStore> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const fileOf = (allocationId: string) => join(directory, `${allocationId}.json`);
  const records = new Map<string, AllocationRecord>();
  const names = await readdir(directory);
  const damaged = new Set(idsIn(names, DAMAGED));
  const asideOf = (allocationId: string) => join(directory, `${allocationId}${DAMAGED}`);
  for (const id of idsIn(names, '.json')) {
    try {
      const record = await readJsonFile(fileOf(id), allocationRecordSchema);
      if (record) records.set(record.allocationId, record);
    } catch (error) {
      if (!(error instanceof JsonFileError)) throw error;
      await rename(fileOf(id), asideOf(id));
      damaged.add(id);
      onDamaged(asideOf(id), error);
    }
  }
  const turns = new Map<string, Promise<void>>();

  async function write(allocationId: string, change: Change, insists: boolean): Promise<void> {
    const current = records.get(allocationId);
    const next = change(current);
    if (next === undefined || next === current) return;
    if (next === null) {
      records.delete(allocationId);
      await rm(fileOf(allocationId), { force: true });
      if (damaged.delete(allocationId)) await rm(asideOf(allocationId), { force: true });
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
    isDamaged: (allocationId) => damaged.has(allocationId),
    update: (allocationId, change) => inTurn(allocationId, change, false),
    insist: (allocationId, change) => inTurn(allocationId, change, true),
  };
}
