import { expect, it } from 'vitest';
import type { UsageCounters } from '../ports/usage-reader.ts';
import { createUsageSampler, type RunningContainer } from './usage-sampler.ts';

function setup() {
  let nowMs = 0;
  let running: RunningContainer[] = [{ allocationId: 'a', id: 'c1', pid: 7 }];
  let counters: UsageCounters | null = { cpuMs: 0, memoryBytes: 10, rxBytes: 0, txBytes: 0 };
  const asked: string[] = [];
  const reader = (name: string, answers: boolean) => ({
    read: async () => {
      asked.push(name);
      return answers ? counters : null;
    },
  });
  const sampler = createUsageSampler({
    running: () => running,
    readers: [reader('kernel', false), reader('engine', true)],
    monotonic: () => nowMs,
  });
  return {
    sampler,
    asked,
    async at(ms: number, next: UsageCounters | null, containers = running) {
      nowMs = ms;
      counters = next;
      running = containers;
      await sampler.sample();
      return sampler.of('a');
    },
  };
}

it('tells rates between two readings, from the first reader that can tell', async () => {
  const { at, asked } = setup();
  expect(await at(0, { cpuMs: 100, memoryBytes: 10, rxBytes: 50, txBytes: 0 })).toBeNull();
  expect(await at(2_000, { cpuMs: 3_100, memoryBytes: 20, rxBytes: 2_050, txBytes: 10 })).toEqual({
    cpu: 1.5,
    memoryBytes: 20,
    rxBytesPerSecond: 1_000,
    txBytesPerSecond: 5,
  });
  expect(asked.slice(0, 2)).toEqual(['kernel', 'engine']);
});

it('counts from zero where counters began anew, and leaves out what nobody tells', async () => {
  const { at } = setup();
  await at(0, { cpuMs: 5_000, memoryBytes: 10 });
  expect(await at(1_000, { cpuMs: 500, memoryBytes: 10 })).toEqual({ cpu: 0.5, memoryBytes: 10 });
});

it('forgets what no longer runs or cannot be read, and takes another container for another', async () => {
  const { at } = setup();
  await at(0, { cpuMs: 0, memoryBytes: 1 });
  await at(1_000, { cpuMs: 10, memoryBytes: 1 });
  expect(await at(2_000, null)).toBeNull();
  expect(await at(3_000, { cpuMs: 10, memoryBytes: 1 }, [{ allocationId: 'a', id: 'c2', pid: 8 }])).toBeNull();
  expect(await at(4_000, { cpuMs: 10, memoryBytes: 1 }, [])).toBeNull();
});
