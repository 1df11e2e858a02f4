import { describe, expect, it } from 'vitest';
import { place, type PlacementNode } from './placement.ts';

const setup = (capacities: number[], used: number[] = []): PlacementNode[] =>
  capacities.map((size, i) => ({
    node: `node-${i}`,
    phase: 'Healthy',
    capacity: { cpu: size, memoryBytes: size, diskBytes: size },
    used: { cpu: used[i] ?? 0, memoryBytes: used[i] ?? 0, diskBytes: used[i] ?? 0 },
  }));

const demand = { cpu: 2, memoryBytes: 2, diskBytes: 2 };

describe('place', () => {
  it('spreads replicas before it doubles up', () => {
    const { assignments } = place({ task: { replicas: 3, demand }, nodes: setup([8, 4]), live: [] });
    expect(assignments).toEqual([
      { replica: 0, node: 'node-0' },
      { replica: 1, node: 'node-1' },
      { replica: 2, node: 'node-0' },
    ]);
  });

  it.each([
    ['NO_HEALTHY_NODE', setup([])],
    ['NO_NODE_BIG_ENOUGH', setup([1])],
    ['NODES_BUSY', setup([4], [3])],
  ] as const)('says %s', (reason, nodes) => {
    expect(place({ task: { replicas: 1, demand }, nodes, live: [] }).unplaced).toEqual([{ replica: 0, reason }]);
  });

  it('gives a new node of an `all` task the next free replica number', () => {
    const placement = place({ task: { replicas: 'all', demand }, nodes: setup([4, 4]), live: [{ replica: 0, node: 'node-0' }] });
    expect(placement.assignments).toEqual([{ replica: 1, node: 'node-1' }]);
  });
});
