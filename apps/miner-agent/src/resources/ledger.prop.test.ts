import type { Gpu } from '@muster/protocol/capabilities';
import { demandOf } from '@muster/protocol/task-spec/defaults';
import type { TaskSpec } from '@muster/protocol/task-spec/task-spec';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allocationRecordSchema, type AllocationRecord } from '../reconcile/desired.ts';
import { withoutContainer } from '../reconcile/outcome.ts';
import { testRecord, testSpec } from '../testing/test-record.ts';
import type { Capacity } from './capacity.ts';
import { admit, promisedBy } from './ledger.ts';

const GPUS: Gpu[] = [
  { uuid: 'GPU-a', model: 'NVIDIA H100 80GB HBM3', memoryBytes: 80e9 },
  { uuid: 'GPU-b', model: 'NVIDIA H100 80GB HBM3', memoryBytes: 80e9 },
  { uuid: 'GPU-c', model: 'Tesla T4', memoryBytes: 16e9 },
];

const capacities: fc.Arbitrary<Capacity> = fc.record({
  cpu: fc.integer({ min: 0, max: 40 }).map((tenths) => tenths / 10),
  memoryBytes: fc.integer({ min: 0, max: 4e9 }),
  diskBytes: fc.integer({ min: 0, max: 8e9 }),
  gpus: fc.subarray(GPUS),
});

const resources: fc.Arbitrary<TaskSpec['resources']> = fc.record(
  {
    cpu: fc.integer({ min: 1, max: 20 }).map((tenths) => tenths / 10),
    memoryBytes: fc.integer({ min: 6_291_456, max: 2e9 }),
    diskBytes: fc.integer({ min: 1, max: 4e9 }),
    gpu: fc.record({ count: fc.integer({ min: 1, max: 2 }), model: fc.constantFrom('H100', 'T4') }, { requiredKeys: ['count'] }),
  },
  { requiredKeys: [] },
);

/** What happens to a node: an order to start, an allocation that ends, a restart of the agent. */
const happenings = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.record({ kind: fc.constant('start' as const), id: fc.nat(9), resources }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('end' as const), id: fc.nat(9) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('crash' as const) }) },
  ),
  { maxLength: 60 },
);

type Happening = typeof happenings extends fc.Arbitrary<(infer H)[]> ? H : never;

const idOf = (id: number): string => `22222222-2222-4222-8222-00000000000${id}`;

function happen(records: AllocationRecord[], what: Happening, capacity: Capacity, maxAllocations: number): AllocationRecord[] {
  // All that is left after a crash is what was on disk.
  if (what.kind === 'crash') return records.map((record) => allocationRecordSchema.parse(JSON.parse(JSON.stringify(record))));
  const allocationId = idOf(what.id);
  if (what.kind === 'end')
    return records.map((record) =>
      record.allocationId === allocationId && !record.outcome
        ? { ...record, outcome: withoutContainer({ phase: 'Succeeded', reason: 'done', error: null }, record, 1) }
        : record,
    );
  const others = records.filter((record) => record.allocationId !== allocationId);
  const spec = testSpec({ resources: what.resources });
  const admitted = admit({ capacity, maxAllocations, records: others, demand: demandOf(spec) });
  if (!admitted.ok) return records;
  return [...others, testRecord({ allocationId, spec, gpus: admitted.value.gpus })];
}

describe('the ledger', () => {
  it('never promises more than there is, nor one GPU twice, whatever starts, ends or crashes', () => {
    fc.assert(
      fc.property(capacities, fc.integer({ min: 0, max: 6 }), happenings, (capacity, maxAllocations, sequence) => {
        let records: AllocationRecord[] = [];
        for (const what of sequence) {
          const before = promisedBy(records);
          records = happen(records, what, capacity, maxAllocations);
          const promised = promisedBy(records);
          if (what.kind === 'crash') expect(promised).toEqual(before);
          expect(promised.cpu).toBeLessThanOrEqual(capacity.cpu + 1e-6);
          expect(promised.memoryBytes).toBeLessThanOrEqual(capacity.memoryBytes);
          expect(promised.diskBytes).toBeLessThanOrEqual(capacity.diskBytes);
          expect(promised.allocations).toBeLessThanOrEqual(maxAllocations);
          expect(new Set(promised.gpus).size).toBe(promised.gpus.length);
          expect(promised.gpus.filter((uuid) => !capacity.gpus.some((gpu) => gpu.uuid === uuid))).toEqual([]);
        }
      }),
    );
  });

  it('refuses nothing that there is room for', () => {
    fc.assert(
      fc.property(capacities, resources, (capacity, wanted) => {
        const demand = demandOf({ resources: wanted });
        const fits =
          demand.cpu <= capacity.cpu &&
          demand.memoryBytes <= capacity.memoryBytes &&
          demand.diskBytes <= capacity.diskBytes &&
          (demand.gpu === null ||
            capacity.gpus.filter(({ model }) => demand.gpu?.model === undefined || model.includes(demand.gpu.model)).length >=
              demand.gpu.count);
        expect(admit({ capacity, maxAllocations: 1, records: [], demand }).ok).toBe(fits);
      }),
    );
  });

  it('gives a GPU that works and is free, whoever holds those that are lost', () => {
    fc.assert(
      fc.property(fc.subarray(GPUS), fc.subarray(GPUS), (lost, held) => {
        const usable = GPUS.filter((gpu) => !lost.includes(gpu));
        const free = usable.filter((gpu) => !held.includes(gpu)).map(({ uuid }) => uuid);
        const admitted = admit({
          capacity: { cpu: 8, memoryBytes: 1e12, diskBytes: 1e12, gpus: usable },
          maxAllocations: 5,
          records: [testRecord({ gpus: held.map(({ uuid }) => uuid) })],
          demand: demandOf({ resources: { gpu: { count: 1 } } }),
          lost: new Set(lost.map(({ uuid }) => uuid)),
        });
        if (admitted.ok) expect(free).toContain(admitted.value.gpus[0]);
        else expect(free).toEqual([]);
      }),
    );
  });

  it('says what is short', () => {
    const capacity = { cpu: 2, memoryBytes: 1e9, diskBytes: 1e10, gpus: [] };
    const records = [testRecord({ spec: testSpec({ resources: { cpu: 1.5, memoryBytes: 1e8 } }) })];
    const ask = (spec: TaskSpec['resources'], maxAllocations = 5) =>
      admit({ capacity, maxAllocations, records, demand: demandOf({ resources: spec }) });
    expect(ask({ cpu: 1 })).toEqual({
      ok: false,
      error: { code: 'RESOURCES_EXHAUSTED', message: '0.5 of 2 cpu are left, 1 are asked for' },
    });
    expect(ask({ memoryBytes: 1e9 })).toMatchObject({ error: { message: '900MB of 1GB memory are left, 1GB are asked for' } });
    expect(ask({}, 1)).toMatchObject({ error: { message: 'The node runs 1 allocations, and takes 1 at most' } });
    expect(ask({ gpu: { count: 1 } })).toMatchObject({ error: { message: '0 of 0 GPUs are left; 1 that fit are asked for' } });
  });
});
