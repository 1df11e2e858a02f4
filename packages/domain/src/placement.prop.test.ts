import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { place, type PlacementInput, type PlacementNode, type Resources } from './placement.ts';

const resources = (max: number): fc.Arbitrary<Resources> =>
  fc.record({ cpu: fc.integer({ min: 0, max }), memoryBytes: fc.integer({ min: 0, max }), diskBytes: fc.integer({ min: 0, max }) });

const nodes: fc.Arbitrary<PlacementNode[]> = fc
  .array(
    fc.record({
      phase: fc.constantFrom('Healthy' as const, 'Unhealthy' as const, 'Draining' as const),
      capacity: resources(20),
      used: resources(8),
    }),
    { maxLength: 6 },
  )
  .map((list) => list.map((node, i) => ({ ...node, node: `node-${i}` })));

const input: fc.Arbitrary<PlacementInput> = nodes.chain((list) =>
  fc.record({
    task: fc.record({ replicas: fc.oneof(fc.integer({ min: 1, max: 8 }), fc.constant('all' as const)), demand: resources(10) }),
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
        for (const { node, capacity, used } of given.nodes) {
          const count = assignments.filter((assignment) => assignment.node === node).length;
          if (count === 0) continue;
          for (const key of ['cpu', 'memoryBytes', 'diskBytes'] as const)
            expect(used[key] + count * given.task.demand[key]).toBeLessThanOrEqual(capacity[key]);
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
