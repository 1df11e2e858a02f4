import type { GpuUsage } from '@muster/protocol/messages/frames';
import { expect, it } from 'vitest';
import { createMeter } from './meter.ts';

function setup() {
  let nowMs = 0;
  let gpus: GpuUsage[] | null = null;
  let bytes = { rxBytes: 1_000, txBytes: 0 };
  const meter = createMeter({
    host: {
      usage: async () => ({ cpu: 1, memoryBytes: 2, ...bytes }),
      diskSpace: async () => ({ freeBytes: 30, totalBytes: 100, freeFiles: 3, totalFiles: 10 }),
    },
    running: () => [],
    readers: [],
    gpus: { usage: () => gpus },
    monotonic: () => nowMs,
  });
  return {
    meter,
    setGpus: (usage: GpuUsage[]) => void (gpus = usage),
    at: (ms: number, next = bytes) => {
      nowMs = ms;
      bytes = next;
    },
  };
}

it("tells the node's usage, with rates from the second beat on", async () => {
  const { meter, at } = setup();
  expect(await meter.node('/')).toEqual({ usage: { cpu: 1, memoryBytes: 2, diskBytes: 70 }, freeDiskBytes: 30 });
  at(2_000, { rxBytes: 5_000, txBytes: 200 });
  expect((await meter.node('/')).usage).toMatchObject({ rxBytesPerSecond: 2_000, txBytesPerSecond: 100 });
  at(3_000, { rxBytes: 10, txBytes: 10 });
  expect((await meter.node('/')).usage).not.toHaveProperty('rxBytesPerSecond');
});

it('says what was seen last while nothing can be read, and reads on when it can', async () => {
  const gates: (() => void)[] = [];
  let isStuck = false;
  let freeBytes = 30;
  const meter = createMeter({
    host: {
      usage: () =>
        isStuck
          ? new Promise((resolve) => gates.push(() => resolve({ cpu: 2, memoryBytes: 2 })))
          : Promise.resolve({ cpu: 1, memoryBytes: 2 }),
      diskSpace: async () => ({ freeBytes, totalBytes: 100, freeFiles: 3, totalFiles: 10 }),
    },
    running: () => [],
    readers: [],
    gpus: { usage: () => null },
    monotonic: () => 0,
    patienceMs: 5,
  });
  const first = await meter.node('/');
  [isStuck, freeBytes] = [true, 20];
  expect(await meter.node('/')).toBe(first);
  expect(await meter.node('/')).toBe(first);
  // What hangs is asked once, and not again with every beat.
  expect(gates).toHaveLength(1);
  isStuck = false;
  const next = meter.node('/');
  gates[0]?.();
  expect(await next).toMatchObject({ usage: { cpu: 2 }, freeDiskBytes: 20 });
});

it("adds the GPUs', once they were read", async () => {
  const { meter, setGpus } = setup();
  expect((await meter.node('/')).usage).not.toHaveProperty('gpus');
  setGpus([{ uuid: 'GPU-1', utilisation: 0.2 }]);
  expect((await meter.node('/')).usage.gpus).toEqual([{ uuid: 'GPU-1', utilisation: 0.2 }]);
});

it('adds what an allocation holds on disk, as it was last measured', async () => {
  let cpuMs = 0;
  const meter = createMeter({
    host: {
      usage: async () => ({ cpu: 0, memoryBytes: 0 }),
      diskSpace: async () => ({ freeBytes: 0, totalBytes: 0, freeFiles: 0, totalFiles: 0 }),
    },
    running: () => [{ allocationId: 'a', id: 'c', pid: 1 }],
    readers: [{ read: async () => ({ cpuMs: (cpuMs += 500), memoryBytes: 1 }) }],
    gpus: { usage: () => null },
    monotonic: () => cpuMs,
  });
  meter.noteDisk([{ allocationId: 'a', usedBytes: 77 }]);
  expect(meter.allocation('a')).toBeNull();
  await meter.look();
  await meter.look();
  expect(meter.allocation('a')).toMatchObject({ memoryBytes: 1, diskBytes: 77 });
  meter.noteDisk([]);
  expect(meter.allocation('a')).not.toHaveProperty('diskBytes');
});
