import { describe, expect, it } from 'vitest';
import { renderStatus, type NodeStatus } from './render-status.ts';

const NOW = Date.UTC(2030, 0, 1, 12);
const ADDRESS = '0x5FbDB2315678afecb367f032d93F642f64180aa3';

function setup(change: Partial<NodeStatus['agent']> = {}, chain: Partial<NodeStatus> = {}) {
  const status: NodeStatus = {
    runId: '7',
    node: ADDRESS,
    phase: 4,
    name: 'work',
    turn: 'master',
    next: 'it gives out the work',
    chain: { standing: 'Approved', seq: 2, provider: ADDRESS, master: ADDRESS, runClosed: false },
    ...chain,
    agent: {
      running: true,
      version: '0.1.0',
      pid: 42,
      startedAt: NOW - 3_600_000,
      invited: true,
      registering: true,
      session: { sessionId: 's', generation: 3, lastHeartbeatAt: NOW - 4_000 },
      fenced: false,
      drains: [],
      offer: null,
      usage: { cpu: 1.257, memoryBytes: 2e9, diskBytes: 0 },
      allocations: [
        {
          allocationId: 'a1',
          taskId: 't1',
          epoch: 1,
          image: 'busybox',
          phase: 'Running',
          reason: null,
          containerId: 'c',
          startedAt: NOW - 60_000,
          usage: { cpu: 0.5, memoryBytes: 12e6 },
        },
        {
          allocationId: 'a2',
          taskId: 't2',
          epoch: 1,
          image: 'busybox',
          phase: 'Succeeded',
          reason: 'exited with code 0',
          containerId: null,
          startedAt: null,
          usage: null,
        },
      ],
      spool: { chunks: 0, bytes: 0 },
      orphans: [],
      images: { count: 0, bytes: 0, budgetBytes: null },
      ...change,
    },
  };
  return renderStatus(status, { now: NOW });
}

describe('the status, for people', () => {
  it('says where the node is, whose turn it is and what runs', () => {
    const text = setup();
    expect(text).toMatch(/^phase +4 of 4, work$/m);
    expect(text).toMatch(/^turn +master: it gives out the work$/m);
    expect(text).toMatch(/^session +open \(generation 3\), last heartbeat 4s ago$/m);
    expect(text).toMatch(/^runs +1 allocation$/m);
    expect(text).toMatch(/a1 +Running +busybox +task t1 +\(1m; 0\.5 cores, 12 MB\)/);
    expect(text).not.toContain('a2');
  });

  it('names each GPU that cannot be used', () => {
    const gpus = [
      { uuid: 'GPU-1', utilisation: 0.5 },
      { uuid: 'GPU-2', problem: 'GPU is lost' },
    ];
    const text = setup({ usage: { cpu: 0, memoryBytes: 0, diskBytes: 0, gpus } });
    expect(text.split('\n').filter((line) => line.startsWith('gpu'))).toEqual(['gpu       GPU-2 cannot be used: GPU is lost']);
  });

  it('says why nothing new is taken', () => {
    expect(setup({ drains: [{ by: 'owner', reason: 'reboot', deadline: null }] })).toMatch(/^new work +none \(owner drains it: reboot\)$/m);
  });

  it('says what it does not know', () => {
    const text = setup({ running: false, session: null, spool: { chunks: 3, bytes: 5e6 } }, { chain: null });
    expect(text).toMatch(/^standing +unknown: the chain does not answer$/m);
    expect(text).toMatch(/^agent +does not run/m);
    expect(text).toMatch(/^spool +3 chunks \(5 MB\) of log to be delivered/m);
  });
});
