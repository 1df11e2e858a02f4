import { createLoggerTo } from '@muster/runtime/logger';
import { zeroAddress } from 'viem';
import { expect, it } from 'vitest';
import type { AllocationRecord } from '../reconcile/desired.ts';
import { initialState } from '../state/agent-state.ts';
import { testOutcome, testRecord } from '../testing/test-record.ts';
import { forgetFinished } from './housekeeping.ts';

const HOUR_MS = 60 * 60_000;
const DAY_MS = 24 * HOUR_MS;
const NOW = 365 * DAY_MS;

const idOf = (index: number) => `22222222-2222-4222-8222-${String(index).padStart(12, '0')}`;
const ended = (index: number, agoMs: number) =>
  testRecord({ allocationId: idOf(index), outcome: testOutcome({ endedAt: NOW - agoMs }), version: { masterEpoch: 1, counter: index } });

/** A pass over these records with a master that has confirmed those named. */
async function pass(records: AllocationRecord[], { confirmed = [], syncing = [] }: { confirmed?: number[]; syncing?: number[] } = {}) {
  const kept = new Map(records.map((record) => [record.allocationId, record]));
  const said: { event?: string }[] = [];
  const sync = { orderId: idOf(0), runId: '1', taskId: idOf(0), epoch: 1, replica: 0, volume: 'data', snapshotId: idOf(0), image: 'x' };
  let state = {
    ...initialState({ chainId: 1, registry: zeroAddress, runId: '1', node: zeroAddress }),
    syncs: syncing.map((index) => ({ ...sync, allocationId: idOf(index) })),
  };
  await forgetFinished({
    store: {
      list: () => [...kept.values()],
      update: async (id, change) => void (change(kept.get(id)) === null && kept.delete(id)),
    },
    state: { get: () => state, update: async (change) => (state = change(state)) },
    board: { isConfirmed: (id) => confirmed.some((index) => idOf(index) === id) },
    logs: { hasPending: () => false, forget: async () => undefined },
    logger: createLoggerTo({ write: (line) => void said.push(JSON.parse(line)) }, { name: 'test' }),
    now: () => NOW,
  });
  return { kept: [...kept.keys()], said, forgottenOrders: state.forgottenOrders.counter };
}

it('forgets what the master has confirmed, an hour later, and says nothing of it', async () => {
  const records = [ended(1, 2 * HOUR_MS), ended(2, HOUR_MS / 2), ended(3, 2 * HOUR_MS), testRecord({ allocationId: idOf(4) })];
  expect(await pass(records, { confirmed: [1, 2, 4] })).toEqual({ kept: [idOf(2), idOf(3), idOf(4)], said: [], forgottenOrders: 1 });
});

it('forgets after a month what no master has confirmed, and says so', async () => {
  const records = [ended(1, 29 * DAY_MS), ended(2, 31 * DAY_MS), ended(3, 32 * DAY_MS), testRecord({ allocationId: idOf(4) })];
  const { kept, said, forgottenOrders } = await pass(records, { syncing: [3] });
  expect(kept).toEqual([idOf(1), idOf(3), idOf(4)]);
  expect(said).toMatchObject([{ event: 'allocations.forgotten', count: 1 }]);
  expect(forgottenOrders).toBe(2);
});

it('keeps so many that no master has confirmed, and the newest of them', async () => {
  const records = Array.from({ length: 5_003 }, (_, index) => ended(index, 6_000 - index));
  const { kept, said } = await pass([...records.slice(3), ...records.slice(0, 3)]);
  expect(kept).toHaveLength(5_000);
  expect(kept).not.toContain(idOf(2));
  expect(kept).toContain(idOf(3));
  expect(said).toMatchObject([{ event: 'allocations.forgotten', count: 3 }]);
});
