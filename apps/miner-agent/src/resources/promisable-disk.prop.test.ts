import { demandOf } from '@muster/protocol/task-spec/defaults';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_POLICY } from '../policy/policy.ts';
import type { AllocationRecord } from '../reconcile/desired.ts';
import { withoutContainer } from '../reconcile/outcome.ts';
import { testRecord, testSpec } from '../testing/test-record.ts';
import { capacityOf } from './capacity.ts';
import { createDiskBooks } from './disk-books.ts';
import { admit, promisedBy } from './ledger.ts';
import type { DiskClaims, DiskSight } from './promisable-disk.ts';

const DISK = 1_000;
const bytes = (max: number) => fc.integer({ min: 0, max });
const claims: fc.Arbitrary<DiskClaims> = fc.record({ reserveBytes: bytes(300), imageBytes: fc.oneof(fc.constant(null), bytes(600)) });

/** What happens to a node: orders, containers that write, ends that leave volumes behind, pulls, looks at the disk, restarts. */
const happenings = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('start' as const), size: fc.integer({ min: 1, max: 700 }) }) },
    {
      weight: 4,
      arbitrary: fc.record({ kind: fc.constant('write' as const), id: fc.nat(9), tenths: fc.integer({ min: 0, max: 10 }) }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant('end' as const), id: fc.nat(9), tenths: fc.integer({ min: 0, max: 10 }) }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('pull' as const), size: fc.integer({ min: 1, max: 400 }) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('evict' as const) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('look' as const) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const) }) },
  ),
  { maxLength: 60, size: 'max' },
);
type Happening = typeof happenings extends fc.Arbitrary<(infer H)[]> ? H : never;

const idOf = (id: number): string => `22222222-2222-4222-8222-${String(id).padStart(12, '0')}`;

/** A machine with a disk, and the agent's books of it. */
function createWorld(own: DiskClaims, taken: number) {
  let records: AllocationRecord[] = [];
  const written = new Map<string, number>();
  let images = 0;
  let leftBehind = 0;
  const live = () => records.filter(({ outcome }) => outcome === null);
  const limitOf = ({ spec }: AllocationRecord) => demandOf(spec).diskBytes;
  const writtenBy = ({ allocationId }: AllocationRecord) => written.get(allocationId) ?? 0;
  const free = () => DISK - taken - images - leftBehind - live().reduce((sum, record) => sum + writtenBy(record), 0);
  const sight = (): DiskSight => ({
    freeBytes: free(),
    shares: live().map((record) => ({ allocationId: record.allocationId, limitBytes: limitOf(record), usedBytes: writtenBy(record) })),
    ended: new Set(records.flatMap(({ allocationId, outcome }) => (outcome ? [allocationId] : []))),
    sharedBytes: 0,
    imagesBytes: images,
  });
  let books = createDiskBooks({ claims: own, records: () => records });
  const capacity = () =>
    capacityOf(
      { cpu: 100, memoryBytes: 1e12, diskBytes: books.promisable(images), diskReserveBytes: own.reserveBytes, gpus: [] },
      DEFAULT_POLICY,
    );

  function happen(what: Happening): void {
    const found = 'id' in what ? live()[what.id % live().length] : undefined;
    if (what.kind === 'start') {
      const spec = testSpec({ resources: { diskBytes: what.size, memoryBytes: 1 } });
      if (!admit({ capacity: capacity(), maxAllocations: 100, records, demand: demandOf(spec) }).ok) return;
      records = [...records, testRecord({ allocationId: idOf(records.length), spec })];
    } else if (what.kind === 'write' && found) {
      written.set(found.allocationId, Math.max(writtenBy(found), Math.floor((limitOf(found) * what.tenths) / 10)));
    } else if (what.kind === 'end' && found) {
      leftBehind += Math.floor((writtenBy(found) * what.tenths) / 10);
      const outcome = withoutContainer({ phase: 'Failed', reason: '', error: null }, found, 1);
      records = records.map((record) => (record === found ? { ...found, outcome } : record));
    } else if (what.kind === 'pull') {
      // As the room for images decides it.
      if (free() - books.unwritten() - what.size >= own.reserveBytes) images += what.size;
    } else if (what.kind === 'evict') images = Math.floor(images / 2);
    else if (what.kind === 'look') books.note(sight());
    else if (what.kind === 'restart') {
      books = createDiskBooks({ claims: own, records: () => records });
      books.note(sight());
    }
  }

  return {
    happen,
    see: () => books.note(sight()),
    restarted: () => {
      const next = createDiskBooks({ claims: own, records: () => records });
      next.note(sight());
      return next.promisable(images);
    },
    promisable: () => books.promisable(images),
    /** What could still be written of all that was promised. */
    unwritten: () => live().reduce((sum, record) => sum + limitOf(record) - writtenBy(record), 0),
    promised: () => promisedBy(records).diskBytes,
    free,
  };
}

describe('the books of the disk', () => {
  it('never promise more than can be written beside the reserve, whatever is written, pulled, left behind or restarted', () => {
    fc.assert(
      fc.property(claims, bytes(DISK - 300), happenings, (own, taken, sequence) => {
        const world = createWorld(own, taken);
        world.see();
        for (const what of sequence) {
          world.happen(what);
          if (world.promised() > 0) expect(world.free() - own.reserveBytes).toBeGreaterThanOrEqual(world.unwritten());
        }
      }),
      { numRuns: 500 },
    );
  });

  it('are the same after a restart, once the disk has been seen', () => {
    fc.assert(
      fc.property(claims, bytes(DISK), happenings, (own, taken, sequence) => {
        const world = createWorld(own, taken);
        for (const what of sequence) world.happen(what);
        world.see();
        expect(world.promisable()).toBe(world.restarted());
      }),
    );
  });

  it('do not change by what live allocations write, nor by what is pulled within its budget', () => {
    fc.assert(
      fc.property(claims, bytes(DISK), fc.array(bytes(400), { maxLength: 5 }), bytes(400), (own, taken, limits, images) => {
        const records = limits.map((diskBytes, id) => testRecord({ allocationId: idOf(id), spec: testSpec({ resources: { diskBytes } }) }));
        const books = createDiskBooks({ claims: own, records: () => records });
        const promisable = (share: number, pulled: number) => {
          const shares = records.map(({ allocationId, spec }) => {
            const { diskBytes } = demandOf(spec);
            return { allocationId, limitBytes: diskBytes, usedBytes: Math.floor(diskBytes * share) };
          });
          const used = shares.reduce((sum, { usedBytes }) => sum + usedBytes, 0);
          books.note({ freeBytes: DISK * 4 - taken - used - pulled, shares, ended: new Set(), sharedBytes: 0, imagesBytes: pulled });
          return books.promisable(pulled);
        };
        expect(promisable(0.7, 0)).toBe(promisable(0, 0));
        const within = Math.min(images, own.imageBytes ?? Math.floor(0.4 * Math.max(0, DISK * 4 - taken - own.reserveBytes)));
        expect(promisable(0, within)).toBe(promisable(0, 0));
      }),
    );
  });

  it('grow with what is free, and shrink with what images take, what the owner keeps and what others leave behind', () => {
    fc.assert(
      fc.property(claims, bytes(DISK), bytes(DISK), bytes(200), (own, freeBytes, imagesBytes, more) => {
        const promisable = (change: Partial<DiskClaims> = {}, sight: Partial<DiskSight> = {}, taken = imagesBytes) => {
          const books = createDiskBooks({ claims: { ...own, ...change }, records: () => [] });
          books.note({ freeBytes, shares: [], ended: new Set(), sharedBytes: 0, imagesBytes, ...sight });
          return books.promisable(taken);
        };
        const before = promisable();
        expect(promisable({}, { freeBytes: freeBytes + more })).toBeGreaterThanOrEqual(before);
        expect(promisable({}, {}, imagesBytes + more)).toBeLessThanOrEqual(before);
        expect(promisable({ imageBytes: (own.imageBytes ?? 0) + more })).toBeLessThanOrEqual(
          promisable({ imageBytes: own.imageBytes ?? 0 }),
        );
        expect(promisable({}, { sharedBytes: more })).toBeLessThanOrEqual(before);
      }),
    );
  });

  it('count as gone what is over a limit, and no byte twice', () => {
    const records = [testRecord({ spec: testSpec({ resources: { diskBytes: 100 } }) })];
    const books = createDiskBooks({ claims: { reserveBytes: 0, imageBytes: 0 }, records: () => records });
    const account = { allocationId: records[0]?.allocationId ?? '', limitBytes: 100 };
    const sight = { freeBytes: 850, shares: [{ ...account, usedBytes: 150 }], ended: new Set<string>(), sharedBytes: 0, imagesBytes: 0 };
    books.note(sight);
    expect([books.promisable(0), books.unwritten()]).toEqual([950, 0]);
    books.note({ ...sight, sharedBytes: 30 });
    expect(books.promisable(0)).toBe(920);
    // Layers on their way are no images yet, and as little there for allocations.
    books.note({ ...sight, freeBytes: 800, imagesBytes: 50 });
    expect(books.promisable(20)).toBe(900);
  });

  it('promise nothing before the disk was seen', () => {
    expect(createDiskBooks({ claims: { reserveBytes: 0, imageBytes: null }, records: () => [] }).promisable(0)).toBe(0);
  });
});
