import type { Offer } from '@muster/protocol/offer';
import { describe, expect, it } from 'vitest';
import { place, type PlacementNode, type PlacementTask } from './placement.ts';

const H100 = { uuid: 'GPU-h', model: 'NVIDIA H100 80GB HBM3', memoryBytes: 80e9 };
const T4 = { uuid: 'GPU-t', model: 'Tesla T4', memoryBytes: 16e9 };

const offerOf = (size: number, over: Partial<Offer> = {}): Offer => ({
  capacity: { cpu: size, memoryBytes: size, diskBytes: size, gpus: [] },
  perAllocation: {},
  features: { gpu: false, egress: true, root: false, ports: false },
  maxAllocations: 100,
  accepting: true,
  ...over,
});

const setup = (capacities: number[], used: number[] = []): PlacementNode[] =>
  capacities.map((size, i) => ({
    node: `node-${i}`,
    phase: 'Healthy',
    offer: offerOf(size),
    used: { cpu: used[i] ?? 0, memoryBytes: used[i] ?? 0, diskBytes: used[i] ?? 0, allocations: 0, gpus: [] },
    refuses: null,
  }));

const withOffer = (over: Partial<Offer>, used: Partial<PlacementNode['used']> = {}): PlacementNode[] =>
  setup([8]).map((node) => ({ ...node, offer: { ...node.offer, ...over }, used: { ...node.used, ...used } }));

const withGpus = (gpus: Offer['capacity']['gpus'], held: string[] = []): PlacementNode[] =>
  withOffer(
    { capacity: { cpu: 8, memoryBytes: 8, diskBytes: 8, gpus }, features: { gpu: true, egress: true, root: false, ports: false } },
    { gpus: held },
  );

const demand = { cpu: 2, memoryBytes: 2, diskBytes: 2, gpu: null };
const task: PlacementTask = { replicas: 1, demand, needs: [] };
const onGpu = (gpu: NonNullable<PlacementTask['demand']['gpu']>): PlacementTask => ({
  ...task,
  demand: { ...demand, gpu },
  needs: ['gpu'],
});

describe('place', () => {
  it('spreads replicas before it doubles up', () => {
    const { assignments } = place({ task: { ...task, replicas: 3 }, nodes: setup([8, 4]), live: [] });
    expect(assignments).toEqual([
      { replica: 0, node: 'node-0' },
      { replica: 1, node: 'node-1' },
      { replica: 2, node: 'node-0' },
    ]);
  });

  it.each([
    ['NO_HEALTHY_NODE', setup([]), task, {}],
    ['NO_NODE_BIG_ENOUGH', setup([1]), task, {}],
    ['NO_NODE_BIG_ENOUGH', withOffer({ perAllocation: { cpu: 1 } }), task, {}],
    ['NODES_BUSY', setup([4], [3]), task, {}],
    ['NODES_BUSY', withOffer({ maxAllocations: 2 }, { allocations: 2 }), task, {}],
    ['NODES_BUSY', withGpus([H100], ['GPU-h']), onGpu({ count: 1 }), {}],
    ['NO_NODE_HAS_GPU', setup([8]), onGpu({ count: 1 }), {}],
    ['NO_NODE_HAS_GPU', withGpus([T4]), onGpu({ count: 1, model: 'H100' }), {}],
    ['NO_NODE_HAS_GPU', withGpus([T4]), onGpu({ count: 1, memoryBytes: 20e9 }), {}],
    ['NO_NODE_HAS_GPU', withGpus([T4]), onGpu({ count: 2 }), {}],
    [
      'NO_NODE_OFFERS',
      withOffer({ features: { gpu: false, egress: false, root: false, ports: false } }),
      { ...task, needs: ['egress' as const] },
      { feature: 'egress' },
    ],
    ['NODES_NOT_ACCEPTING', withOffer({ accepting: false, reason: 'maintenance' }), task, { detail: 'maintenance' }],
    ['NODES_REFUSE', setup([8]).map((node) => ({ ...node, refuses: 'not my images' })), task, { detail: 'not my images' }],
  ] as const)('says %s', (reason, nodes, wanted, more) => {
    expect(place({ task: wanted, nodes, live: [] })).toEqual({ assignments: [], unplaced: [{ replica: 0, reason, ...more }] });
  });

  it('leaves a node that refuses for another one, and GPUs for those who need them', () => {
    const [first, second] = setup([8, 4]);
    if (!first || !second) throw new Error('two nodes');
    const nodes = [{ ...first, refuses: 'no' }, second];
    expect(place({ task, nodes, live: [] }).assignments).toEqual([{ replica: 0, node: 'node-1' }]);
    const [rich] = withGpus([H100]);
    if (!rich) throw new Error('a node');
    expect(place({ task, nodes: [rich, second], live: [] }).assignments).toEqual([{ replica: 0, node: 'node-1' }]);
    expect(place({ task: onGpu({ count: 1 }), nodes: [rich, second], live: [] }).assignments).toEqual([{ replica: 0, node: 'node-0' }]);
  });

  it('gives each GPU to one replica only', () => {
    const { assignments, unplaced } = place({ task: { ...onGpu({ count: 1 }), replicas: 3 }, nodes: withGpus([H100, T4]), live: [] });
    expect(assignments).toHaveLength(2);
    expect(unplaced).toEqual([{ replica: 2, reason: 'NODES_BUSY' }]);
  });

  it('gives a new node of an `all` task the next free replica number', () => {
    const placement = place({ task: { ...task, replicas: 'all' }, nodes: setup([4, 4]), live: [{ replica: 0, node: 'node-0' }] });
    expect(placement.assignments).toEqual([{ replica: 1, node: 'node-1' }]);
  });
});
