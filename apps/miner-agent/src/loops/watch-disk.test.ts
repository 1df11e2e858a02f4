import { createTempDir, type TempDir } from '@muster/runtime/temp-dir';
import { createLoggerTo } from '@muster/runtime/logger';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { volumeName } from '../reconcile/labels.ts';
import type { DiskSight } from '../resources/promisable-disk.ts';
import { openAllocationStore, type AllocationStore } from '../state/allocation-store.ts';
import { TEST_NODE, testRecord, testSpec } from '../testing/test-record.ts';
import { createDiskWatch } from './watch-disk.ts';

const GiB = 1024 ** 3;
const IDS = ['22222222-2222-4222-8222-222222222222', '33333333-3333-4333-8333-333333333333'] as const;

let directory: TempDir;
let store: AllocationStore;
/** The engine's disk, as the watch sees it. */
const disk = {
  freeBytes: 100 * GiB,
  written: new Map<string, number>(),
  volumes: new Map<string, number>(),
  measured: 0,
  freeFiles: 5_000_000,
  files: new Map<string, number>(),
  counted: 0,
};
const removed: string[] = [];
const stopped: string[] = [];
const seen: Omit<DiskSight, 'imagesBytes'>[] = [];
let now = 0;

beforeEach(async () => {
  directory = await createTempDir('muster-watch-disk');
  store = await openAllocationStore(directory.path);
  Object.assign(disk, {
    freeBytes: 100 * GiB,
    written: new Map(),
    volumes: new Map(),
    measured: 0,
    freeFiles: 5_000_000,
    files: new Map(),
    counted: 0,
  });
  removed.length = 0;
  stopped.length = 0;
  seen.length = 0;
  for (const [index, allocationId] of IDS.entries())
    await store.update(allocationId, () =>
      testRecord({
        allocationId,
        containerId: `container-${index}`,
        spec: testSpec({ resources: { diskBytes: 10 * GiB }, volumes: [{ name: `data${index}`, path: '/data' }], graceMs: 60_000 }),
      }),
    );
});
afterEach(() => directory.remove());

const watch = () =>
  createDiskWatch({
    node: TEST_NODE,
    store,
    reserveBytes: 2 * GiB,
    logger: createLoggerTo({ write: () => undefined }, { name: 'test' }),
    monotonic: () => now,
    onSeen: async (sight) => void seen.push(sight),
    onStopped: (allocationId) => void stopped.push(allocationId),
    host: {
      diskSpace: async () => ({
        freeBytes: disk.freeBytes,
        totalBytes: 200 * GiB,
        freeFiles: disk.freeFiles,
        totalFiles: 10_000_000,
      }),
      countFiles: async (path, { most }) => ((disk.counted += 1), Math.min(most + 1, disk.files.get(path) ?? 0)),
    },
    runtime: {
      info: () => Promise.reject(new Error('the directory is known')),
      readDiskUsage: async () => ((disk.measured += 1), { containers: disk.written, volumes: disk.volumes }),
      listWrittenPaths: async (id) => [id],
      removeVolume: async (name) => void removed.push(name),
    },
    rootDir: '/somewhere',
  });

it('measures once, then leaves files alone until somebody can have gone too far', async () => {
  const tick = watch();
  for (let i = 0; i < 20; i += 1) await tick();
  expect(disk.measured).toBe(1);
  disk.freeBytes -= 9 * GiB;
  await tick();
  expect(disk.measured).toBe(1);
  disk.freeBytes -= GiB;
  await tick();
  expect(disk.measured).toBe(2);
  expect(stopped).toEqual([]);
  now += 60_000;
  await tick();
  expect(disk.measured).toBe(3);
});

it('stops who is over its limit, volumes counted, soon and with the reason', async () => {
  const tick = watch();
  await tick();
  disk.written.set('container-0', 4 * GiB);
  disk.volumes.set(volumeName(testRecord(), 'data0'), 7 * GiB);
  disk.freeBytes -= 11 * GiB;
  await tick();
  expect(stopped).toEqual([IDS[0]]);
  expect(store.get(IDS[0])?.stop).toMatchObject({
    graceMs: 2_000,
    phase: 'Failed',
    reason: 'The container and its volumes hold 11264 MiB; its limit is 10240 MiB',
    error: { code: 'DISK_LIMIT_EXCEEDED' },
  });
  expect(store.get(IDS[1])?.stop).toBeNull();
});

it("kills who holds most when the disk comes down to its owner's reserve, and lets go of its volumes only when that did not help", async () => {
  const tick = watch();
  await tick();
  disk.written.set('container-0', GiB);
  disk.written.set('container-1', 5 * GiB);
  disk.freeBytes = GiB;
  await tick();
  expect(stopped).toEqual([IDS[1]]);
  expect(store.get(IDS[1])?.stop).toMatchObject({ graceMs: 0, phase: 'Lost', error: { code: 'DISK_RESERVE_REACHED' } });
  await end(IDS[1]);
  disk.written.delete('container-1');
  expect(removed).toEqual([]);
  await tick();
  await end(IDS[0]);
  now += 5_000;
  await tick();
  expect(removed).toEqual([volumeName(testRecord(), 'data0'), volumeName(testRecord(), 'data1')]);
});

it('stops who has made more files than come with its disk, though they are empty; counts them only when so many are gone', async () => {
  const tick = watch();
  await tick();
  await tick();
  expect(disk.counted).toBe(2);
  disk.files.set('container-1', 700_000);
  disk.freeFiles -= 655_359;
  await tick();
  expect(disk.counted).toBe(2);
  disk.freeFiles -= 44_641;
  await tick();
  expect(disk.counted).toBe(4);
  expect(stopped).toEqual([IDS[1]]);
  expect(store.get(IDS[1])?.stop).toMatchObject({
    phase: 'Failed',
    reason:
      'The container and its volumes hold more than 655360 files and directories, which is the limit that comes with its 10240 MiB of disk',
    error: { code: 'DISK_LIMIT_EXCEEDED' },
  });
});

it('kills who has made most files when hardly any are left, and counts none where their number is not fixed', async () => {
  const tick = watch();
  await tick();
  disk.files.set('container-0', 300_000);
  disk.files.set('container-1', 500_000);
  disk.freeFiles = 100_000;
  await tick();
  expect(stopped).toEqual([IDS[1]]);
  expect(store.get(IDS[1])?.stop).toMatchObject({
    phase: 'Lost',
    reason: "The node's disk came down to the 131072 files that its owner keeps; this container had made most: 500000",
    error: { code: 'DISK_RESERVE_REACHED' },
  });
  disk.freeFiles = Infinity;
  disk.counted = 0;
  await watch()();
  expect(disk.counted).toBe(0);
});

it('looks again soon after somebody has ended, and at no cost while nothing lives', async () => {
  const tick = watch();
  await tick();
  await stopAndEnd(IDS[0]);
  await tick();
  expect(disk.measured).toBe(1);
  now += 5_000;
  disk.freeBytes -= GiB;
  await tick();
  expect(disk.measured).toBe(2);
  expect(seen.at(-1)).toMatchObject({ freeBytes: 99 * GiB, shares: [{ allocationId: IDS[1], limitBytes: 10 * GiB }] });
  await tick();
  expect(disk.measured).toBe(2);
  await stopAndEnd(IDS[1]);
  now += 5_000;
  await tick();
  disk.freeBytes -= GiB;
  now += 20_000;
  await tick();
  expect(disk.measured).toBe(2);
  expect(seen.slice(-2)).toMatchObject([
    { freeBytes: 99 * GiB, shares: [] },
    { freeBytes: 98 * GiB, shares: [] },
  ]);
});

const stopAndEnd = async (allocationId: string) => {
  const stop = { graceMs: 0, reason: 'enough', phase: 'Cancelled' as const };
  await store.update(allocationId, (record) => record && { ...record, stop });
  await end(allocationId);
};

/** As the reconciler ends an allocation that was stopped. */
const end = (allocationId: string) =>
  store.update(allocationId, (record) =>
    record?.stop
      ? {
          ...record,
          outcome: {
            phase: record.stop.phase,
            reason: record.stop.reason,
            error: record.stop.error ?? null,
            exitCode: 137,
            oomKilled: false,
            containerId: record.containerId,
            imageId: null,
            startedAt: 1,
            endedAt: 2,
          },
        }
      : undefined,
  );
