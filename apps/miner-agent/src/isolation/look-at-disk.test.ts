import { expect, it } from 'vitest';
import { withoutContainer } from '../reconcile/outcome.ts';
import { volumeName } from '../reconcile/labels.ts';
import { TEST_NODE, testRecord, testSpec } from '../testing/test-record.ts';
import { lookAtDisk } from './look-at-disk.ts';

const spec = testSpec({ resources: { diskBytes: 1_000 }, volumes: [{ name: 'data', path: '/data' }] });
const first = testRecord({ spec, containerId: 'c' });
const next = testRecord({ spec, allocationId: '33333333-3333-4333-8333-333333333333', containerId: 'd' });
const ended = testRecord({
  allocationId: '44444444-4444-4444-8444-444444444444',
  outcome: withoutContainer({ phase: 'Failed', reason: '', error: null }, first, 1),
});

const look = (records: (typeof first)[], frees: number[]) =>
  lookAtDisk({
    node: TEST_NODE,
    records,
    readFree: async () => frees.shift() ?? 0,
    runtime: {
      readDiskUsage: async (_labels, { withVolumes }) => ({
        containers: new Map([
          ['c', 10],
          ['d', 20],
        ]),
        volumes: new Map(withVolumes ? [[volumeName(first, 'data'), 300]] : []),
      }),
    },
  });

it('takes the lesser of what is free before and after it has measured', async () => {
  expect((await look([first], [900, 700])).freeBytes).toBe(700);
  expect((await look([first], [700, 900])).freeBytes).toBe(700);
});

it('says what each live allocation holds, who had ended, and what of it stands in two shares', async () => {
  expect(await look([first, next, ended], [900, 900])).toEqual({
    freeBytes: 900,
    shares: [
      { allocationId: first.allocationId, limitBytes: 1_000, usedBytes: 310 },
      { allocationId: next.allocationId, limitBytes: 1_000, usedBytes: 320 },
    ],
    ended: new Set([ended.allocationId]),
    sharedBytes: 300,
  });
});

it('asks nobody where nothing lives', async () => {
  const records = [ended];
  const readDiskUsage = () => Promise.reject(new Error('the engine was asked'));
  expect(await lookAtDisk({ node: TEST_NODE, records, readFree: async () => 5, runtime: { readDiskUsage } })).toMatchObject({
    freeBytes: 5,
    shares: [],
  });
});
