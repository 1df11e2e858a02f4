import type { Offer } from '@muster/protocol/offer';
import { CAPABILITIES } from '@muster/protocol/testing/capabilities';
import { expect, it } from 'vitest';
import { nodeWith } from '../../testing/rows.ts';
import { offerOf, promisedOn } from './demand.ts';

const GPUS = [
  { uuid: 'GPU-1', model: 'Tesla T4', memoryBytes: 16e9 },
  { uuid: 'GPU-2', model: 'Tesla T4', memoryBytes: 16e9 },
];
const offer: Offer = {
  capacity: { cpu: 4, memoryBytes: 8e9, diskBytes: 1e11, gpus: GPUS },
  perAllocation: {},
  features: { gpu: true, egress: true, root: false, ports: false },
  maxAllocations: 4,
  accepting: true,
};
const ID = '6f1c3a52-9f0e-4c57-9a0b-0d9d3f6b1c11';
const nodeSaying = (beat: object) => {
  const node = nodeWith({ silentMs: 0 });
  const status = { at: 0, usage: { cpu: 0, memoryBytes: 0, diskBytes: 0 }, orderEpoch: 0, orderCounter: 0, allocations: [], ...beat };
  return { ...node, session: node.session && { ...node.session, status } };
};

it("goes by the node's own offer, and by what it registered until there is one", () => {
  expect(offerOf(nodeSaying({ offer }))).toEqual(offer);
  expect(offerOf(nodeWith({ state: { capabilities: CAPABILITIES } }))).toMatchObject({
    capacity: { cpu: 8, memoryBytes: 16_000_000_000 },
    features: { gpu: false, egress: true },
    accepting: true,
  });
  expect(offerOf(nodeWith()).capacity).toEqual({ cpu: 0, memoryBytes: 0, diskBytes: 0, gpus: [] });
});

it('counts the GPUs that the node has told of, and foresees the others', () => {
  const told = { allocationId: ID, epoch: 2, phase: 'Running', gpus: ['GPU-1'] };
  const node = nodeSaying({ offer, allocations: [told] });
  const demands = new Map([['t1', { cpu: 1, memoryBytes: 1e9, diskBytes: 1e9, gpu: { count: 1 } }]]);
  const fresh = { allocationId: '7a1c3a52-9f0e-4c57-9a0b-0d9d3f6b1c11', epoch: 1, taskId: 't1' };
  expect(promisedOn(node, [fresh, { allocationId: ID, epoch: 2, taskId: 't1' }], demands)).toEqual({
    cpu: 2,
    memoryBytes: 2e9,
    diskBytes: 2e9,
    allocations: 2,
    gpus: ['GPU-1', 'GPU-2'],
  });
});
