import { describe, expect, it } from 'vitest';
import { allocationWith, NODE, nodeWith } from '../../testing/rows.ts';
import { atMostPerNode, isStray, toldOf } from './strays.ts';

const ID = '6f1c3a52-9f0e-4c57-9a0b-0d9d3f6b1c11';
const beat = (over: object = {}) => ({
  at: 0,
  usage: { cpu: 0, memoryBytes: 0, diskBytes: 0 },
  orderEpoch: 0,
  orderCounter: 0,
  allocations: [{ allocationId: ID, epoch: 1, phase: 'Running', ...over }],
});
const nodeSaying = (status: unknown) => {
  const node = nodeWith({ silentMs: 0 });
  return { ...node, session: node.session && { ...node.session, status } };
};

describe('toldOf', () => {
  it('lists the containers of the newest heartbeats that have not ended', () => {
    expect(toldOf([nodeSaying(beat())])).toMatchObject([{ runId: '1', node: NODE, seq: 1, allocationId: ID, epoch: 1 }]);
    expect(toldOf([nodeSaying(beat({ phase: 'Succeeded' })), nodeSaying(null), nodeSaying({ allocations: 1 }), nodeWith()])).toEqual([]);
  });
});

describe('isStray', () => {
  const endedAt = Date.parse('2026-01-01T00:00:00Z');
  const told = (heardAfterEndMs: number) => ({
    runId: '1',
    node: NODE,
    seq: 1,
    allocationId: ID,
    epoch: 1,
    heardAt: new Date(endedAt + heardAfterEndMs),
  });
  const row = (over = {}) => allocationWith({ allocationId: ID, phaseSince: new Date(endedAt), ...over });

  it('leaves a container that is in the books', () => {
    expect(isStray(told(60_000), row(), 1_000)).toBe(false);
  });

  it('counts one that runs on after its allocation has ended, and not one whose heartbeat crossed with the end', () => {
    expect(isStray(told(60_000), row({ phase: 'Lost' }), 1_000)).toBe(true);
    expect(isStray(told(900), row({ phase: 'Succeeded' }), 1_000)).toBe(false);
  });

  it('counts one that nobody knows, or that is another node’s or epoch’s by now', () => {
    expect(isStray(told(0), undefined, 1_000)).toBe(true);
    expect(isStray(told(0), row({ epoch: 2 }), 1_000)).toBe(true);
    expect(isStray(told(0), row({ node: '0x00000000000000000000000000000000000000b2' }), 1_000)).toBe(true);
  });
});

describe('atMostPerNode', () => {
  const stray = (node: string, allocationId: string) => ({ runId: '1', node, seq: 1, allocationId, epoch: 1 });

  it('takes each container once, and no more of one node than a turn should bear', () => {
    const many = Array.from({ length: 1_000 }, (_, index) => stray('a', String(index)));
    expect(atMostPerNode(many)).toHaveLength(20);
    expect(atMostPerNode([...many, stray('b', ID), stray('b', ID)]).filter(({ node }) => node === 'b')).toEqual([stray('b', ID)]);
  });
});
