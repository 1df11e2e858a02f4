import { createLoggerTo } from '@muster/runtime/logger';
import { createTempDir, type TempDir } from '@muster/runtime/temp-dir';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openAllocationStore, type AllocationStore } from '../state/allocation-store.ts';
import { testRecord } from '../testing/test-record.ts';
import { createFence } from './fence.ts';
import { createLeaseKeeper } from './keep-lease.ts';

const LOST_AFTER_MS = 800;
const { allocationId } = testRecord();
let directory: TempDir;
let store: AllocationStore;
let now = 10_000;
let cuts = 0;
beforeEach(async () => {
  directory = await createTempDir('muster-lease');
  store = await openAllocationStore(directory.path);
  await store.update(allocationId, () => testRecord());
  [now, cuts] = [10_000, 0];
});
afterEach(() => directory.remove());

/** An agent whose master was last heard at 10,000. */
const keeper = () =>
  createLeaseKeeper({
    fence: createFence({
      clock: { now: () => now, bootId: 'boot' },
      kept: { bootId: 'boot', contactMs: 10_000, lostAfterMs: LOST_AFTER_MS },
      lostAfterMs: LOST_AFTER_MS,
      keep: () => undefined,
    }),
    store,
    logger: createLoggerTo({ write: () => undefined }, { name: 'test' }),
    onCut: () => (cuts += 1),
  });

it('stops nothing while the master may not have given it to another node', async () => {
  now += LOST_AFTER_MS;
  await keeper().enforce();
  expect([store.get(allocationId)?.stop, cuts]).toEqual([null, 0]);
});

it('stops what runs once it may have, and says so once', async () => {
  now += LOST_AFTER_MS + 1;
  const { enforce } = keeper();
  await enforce();
  await enforce();
  expect(store.get(allocationId)?.stop).toMatchObject({ phase: 'Lost', reason: expect.stringContaining('out of reach') });
  expect(cuts).toBe(1);
});

it('stops what ran through such a silence also when the first thing that is heard is an answer', async () => {
  now += LOST_AFTER_MS + 1;
  const { contact, enforce } = keeper();
  await contact(LOST_AFTER_MS, now);
  expect(store.get(allocationId)?.stop).toMatchObject({ phase: 'Lost' });
  // What comes after the answer is of the new lease.
  await store.update(allocationId, () => testRecord());
  await enforce();
  expect(store.get(allocationId)?.stop).toBeNull();
});
