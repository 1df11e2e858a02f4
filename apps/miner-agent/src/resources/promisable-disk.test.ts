import { expect, it } from 'vitest';
import { withoutContainer } from '../reconcile/outcome.ts';
import { volumeName } from '../reconcile/labels.ts';
import { TEST_NODE, testRecord, testSpec } from '../testing/test-record.ts';
import { promisableDisk } from './promisable-disk.ts';

const GB = 1e9;
const FREE = 100 * GB;
const spec = testSpec({ volumes: [{ name: 'data', path: '/data' }] });
const running = testRecord({ spec, containerId: 'c' });

/** A machine on which the allocation has written so much beside its image and in its volume. */
const lookAfter = (
  written: { layer: number; volume: number },
  { records = [running], imageBytes = null as number | null, images = 0 } = {},
) =>
  promisableDisk({
    node: TEST_NODE,
    records,
    freeBytes: FREE - written.layer - written.volume - images,
    imageBytes,
    images: { summary: () => ({ count: 1, bytes: images, budgetBytes: null }) },
    runtime: {
      readDiskUsage: async (_labels, { withVolumes }) => ({
        containers: new Map([['c', written.layer]]),
        volumes: new Map(withVolumes ? [[volumeName(running, 'data'), written.volume]] : []),
      }),
    },
  });

it('is the same after a restart, whatever live allocations have written of what they were promised', async () => {
  expect(await lookAfter({ layer: 0, volume: 0 })).toBe(FREE);
  expect(await lookAfter({ layer: 3 * GB, volume: 7 * GB })).toBe(FREE);
});

it('is less by what ended allocations have left', async () => {
  const ended = { ...running, outcome: withoutContainer({ phase: 'Failed', reason: '', error: null }, running, 1) };
  expect(await lookAfter({ layer: 0, volume: 7 * GB }, { records: [ended] })).toBe(FREE - 7 * GB);
});

it('leaves to images what the owner gives them, whether they have taken it yet or not', async () => {
  const none = { layer: 0, volume: 0 };
  expect(await lookAfter(none, { imageBytes: 20 * GB })).toBe(FREE - 20 * GB);
  expect(await lookAfter(none, { imageBytes: 20 * GB, images: 15 * GB })).toBe(FREE - 20 * GB);
  expect(await lookAfter(none, { imageBytes: 20 * GB, images: 30 * GB })).toBe(FREE - 30 * GB);
});
