import type { Gpu } from '@muster/protocol/capabilities';
import type { Demand } from '@muster/protocol/task-spec/defaults';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { place, type PlacementInput, type PlacementNode, type Resources } from './placement.ts';

const resources = (max: number): fc.Arbitrary<Resources> =>
  fc.record({ cpu: fc.integer({ min: 0, max }), memoryBytes: fc.integer({ min: 0, max }), diskBytes: fc.integer({ min: 0, max }) });

const gpus = (node: number): fc.Arbitrary<Gpu[]> =>
  fc
    .array(fc.record({ model: fc.constantFrom('NVIDIA H100 80GB HBM3', 'Tesla T4'), memoryBytes: fc.constantFrom(16e9, 80e9) }), {
      maxLength: 4,
    })
    .map((list) => list.map((gpu, i) => ({ ...gpu, uuid: `GPU-${node}-${i}` })));

const nodeOf = (i: number): fc.Arbitrary<PlacementNode> =>
  gpus(i).chain((list) =>
    fc.record({
      node: fc.constant(`node-${i}`),
      phase: fc.constantFrom('Healthy' as const, 'Unhealthy' as const, 'Draining' as const),
      offer: fc.record({
        capacity: resources(20).map((room) => ({ ...room, gpus: list })),
        perAllocation: fc.record({ cpu: fc.nat(10) }, { requiredKeys: [] }),
        features: fc.record({ gpu: fc.boolean(), egress: fc.boolean(), root: fc.boolean(), ports: fc.boolean() }),
        maxAllocations: fc.nat(6),
        accepting: fc.boolean(),
      }),
      used: fc
        .tuple(resources(8), fc.nat(3), fc.subarray(list.map(({ uuid }) => uuid)))
        .map(([room, allocations, held]) => ({ ...room, allocations, gpus: held })),
      refuses: fc.constantFrom(null, 'no'),
    }),
  );

const nodes: fc.Arbitrary<PlacementNode[]> = fc
  .integer({ min: 0, max: 6 })
  .chain((count) => fc.tuple(...Array.from({ length: count }, (_, i) => nodeOf(i))));

const demand: fc.Arbitrary<Demand> = fc
  .tuple(resources(10), fc.option(fc.record({ count: fc.integer({ min: 1, max: 3 }), model: fc.constantFrom(undefined, 'H100') })))
  .map(([room, gpu]) => ({ ...room, gpu }));

const input: fc.Arbitrary<PlacementInput> = nodes.chain((list) =>
  fc.record({
    task: fc.record({
      replicas: fc.oneof(fc.integer({ min: 1, max: 8 }), fc.constant('all' as const)),
      demand,
      needs: fc.subarray(['gpu', 'egress', 'root', 'ports'] as const),
    }),
    nodes: fc.constant(list),
    live: fc.uniqueArray(fc.record({ replica: fc.nat(7), node: fc.constantFrom('node-0', 'node-1', 'elsewhere') }), {
      selector: ({ replica }) => replica,
      maxLength: 3,
    }),
    skip: fc.uniqueArray(fc.nat(7), { maxLength: 2 }).map((list) => new Set(list)),
  }),
);

describe('place', () => {
  it('never promises more of a node than it has', () => {
    fc.assert(
      fc.property(input, (given) => {
        const { assignments } = place(given);
        for (const { node, offer, used } of given.nodes) {
          const count = assignments.filter((assignment) => assignment.node === node).length;
          if (count === 0) continue;
          for (const key of ['cpu', 'memoryBytes', 'diskBytes'] as const)
            expect(used[key] + count * given.task.demand[key]).toBeLessThanOrEqual(offer.capacity[key]);
          expect(used.gpus.length + count * (given.task.demand.gpu?.count ?? 0)).toBeLessThanOrEqual(offer.capacity.gpus.length);
          expect(used.allocations + count).toBeLessThanOrEqual(offer.maxAllocations);
        }
      }),
    );
  });

  it('never assigns a replica twice, nor one that is live or waiting', () => {
    fc.assert(
      fc.property(input, (given) => {
        const { assignments, unplaced } = place(given);
        const named = [...assignments, ...unplaced].map(({ replica }) => replica);
        expect(new Set(named).size).toBe(named.length);
        const busy = new Set([...given.live.map(({ replica }) => replica), ...(given.skip ?? [])]);
        expect(named.filter((replica) => busy.has(replica))).toEqual([]);
      }),
    );
  });

  it('uses healthy nodes only', () => {
    fc.assert(
      fc.property(input, (given) => {
        const healthy = new Set(given.nodes.filter(({ phase }) => phase === 'Healthy').map(({ node }) => node));
        expect(place(given).assignments.every(({ node }) => healthy.has(node))).toBe(true);
      }),
    );
  });

  it('asks nothing of a node that it does not offer, nor of one that refuses', () => {
    fc.assert(
      fc.property(input, (given) => {
        const chosen = new Set(place(given).assignments.map(({ node }) => node));
        for (const { offer, refuses } of given.nodes.filter(({ node }) => chosen.has(node))) {
          expect({ accepting: offer.accepting, refuses }).toEqual({ accepting: true, refuses: null });
          expect(given.task.needs.filter((feature) => !offer.features[feature])).toEqual([]);
          expect(given.task.demand.cpu).toBeLessThanOrEqual(offer.perAllocation.cpu ?? Infinity);
        }
      }),
    );
  });

  it('accounts for every replica that is wanted', () => {
    fc.assert(
      fc.property(input, (given) => {
        fc.pre(given.task.replicas !== 'all');
        const { assignments, unplaced } = place(given);
        const named = new Set([...assignments, ...unplaced, ...given.live].map(({ replica }) => replica).concat([...(given.skip ?? [])]));
        const wanted = Array.from({ length: Number(given.task.replicas) }, (_, replica) => replica);
        expect(wanted.filter((replica) => !named.has(replica))).toEqual([]);
      }),
    );
  });

  it('gives a task for all nodes at most one allocation per node', () => {
    fc.assert(
      fc.property(input, (given) => {
        const { assignments } = place({ ...given, task: { ...given.task, replicas: 'all' } });
        const all = [...assignments, ...given.live.filter(({ node }) => assignments.some((assignment) => assignment.node === node))];
        expect(new Set(all.map(({ node }) => node)).size).toBe(all.length);
      }),
    );
  });

  it('decides alike whatever the order of the nodes', () => {
    fc.assert(
      fc.property(input, (given) => {
        expect(place({ ...given, nodes: [...given.nodes].toReversed() })).toEqual(place(given));
      }),
    );
  });
});
