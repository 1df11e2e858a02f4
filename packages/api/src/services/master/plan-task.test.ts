import { describe, expect, it } from 'vitest';
import type { Offer } from '@muster/protocol/offer';
import { allocationWith, NODE, specWith } from '../../testing/rows.ts';
import { NOTHING } from './demand.ts';
import { planTask, type TaskPlanInput } from './plan-task.ts';

const offer: Offer = {
  capacity: { cpu: 8, memoryBytes: 8_000_000_000, diskBytes: 8_000_000_000, gpus: [] },
  perAllocation: {},
  features: { gpu: false, egress: false, root: false, ports: false },
  maxAllocations: 10,
  accepting: true,
};
const OTHER = '0x00000000000000000000000000000000000000b2';
const nodes = [NODE, OTHER].map((node) => ({ node, phase: 'Healthy' as const, offer, used: NOTHING, refuses: null }));
const plan = (over: Partial<TaskPlanInput> = {}) =>
  planTask({
    task: { desired: 'Running', phase: 'Pending', imageDigest: null },
    spec: specWith(),
    replicas: [],
    nodes,
    holders: null,
    refusals: [],
    runOpen: true,
    ...over,
  });

describe('planTask', () => {
  it('places the replicas that are missing, spread over the nodes', () => {
    const { starts, phase } = plan({ spec: specWith({ replicas: 2 }) });
    expect(starts.map(({ replica }) => replica)).toEqual([0, 1]);
    expect(new Set(starts.map(({ node }) => node)).size).toBe(2);
    expect(phase).toBe('Starting');
  });

  it('says why nothing can be placed', () => {
    expect(plan({ nodes: [] })).toEqual({ starts: [], phase: 'Pending', reason: 'no node of the run is healthy' });
    const huge = specWith({ resources: { memory: '1TB' } });
    expect(plan({ spec: huge }).reason).toBe('no node of the run is big enough');
    expect(plan({ spec: specWith({ network: 'egress' }) }).reason).toBe('no node offers egress (network: egress)');
    expect(plan({ spec: specWith({ resources: { gpu: {} } }) }).reason).toBe('no node of the run has the GPUs that it asks for');
    const closed = nodes.map((node) => ({ ...node, offer: { ...offer, accepting: false, reason: 'maintenance until 06:00' } }));
    expect(plan({ nodes: closed }).reason).toBe('no node that could take it takes new work now: maintenance until 06:00');
  });

  it('says when its nodes run different images, and stops none of them', () => {
    const task = { desired: 'Running', phase: 'Running', imageDigest: 'sha256:11' } as const;
    const spec = specWith({ replicas: 2 });
    const replicas = ['sha256:11', 'sha256:22'].map((imageDigest, replica) => allocationWith({ replica, imageDigest }));
    expect(plan({ task, spec, replicas })).toMatchObject({
      starts: [],
      phase: 'Running',
      reason: expect.stringContaining('different images'),
    });
    expect(plan({ task, spec, replicas: replicas.map((one) => ({ ...one, imageDigest: 'sha256:11' })) }).reason).toBeNull();
  });

  it('places what needs credentials only where they are sealed, and says what is missing', () => {
    expect(plan({ holders: new Set([OTHER]) }).starts).toEqual([{ replica: 0, node: OTHER }]);
    expect(plan({ holders: new Set() })).toMatchObject({
      starts: [],
      phase: 'Pending',
      reason: '2 healthy nodes lack its registry credentials',
    });
  });

  it('puts one on every node for `all`, and none anew where one has ended for good', () => {
    const spec = specWith({ replicas: 'all' });
    expect(plan({ spec }).starts).toHaveLength(2);
    const done = allocationWith({ phase: 'Succeeded', endedMs: 1 });
    expect(plan({ spec, replicas: [done] }).starts.map(({ node }) => node)).toEqual([OTHER]);
  });

  it('places a failed replica again once its backoff is over', () => {
    const spec = specWith({ restart: { policy: 'on-failure', maxRetries: 3, backoff: '10s' } });
    const failed = (endedMs: number) => [allocationWith({ phase: 'Failed', exitCode: 1, endedMs })];
    expect(plan({ spec, replicas: failed(9_000) })).toMatchObject({ starts: [], phase: 'Pending' });
    expect(plan({ spec, replicas: failed(10_001) }).starts).toHaveLength(1);
  });

  it('fails when no retry is left, and succeeds when every replica has', () => {
    const spec = specWith({ restart: { policy: 'on-failure', maxRetries: 3, backoff: '0s' } });
    const last = allocationWith({ phase: 'Failed', exitCode: 1, epoch: 4, endedMs: 1_000_000 });
    expect(plan({ spec, replicas: [last] })).toMatchObject({ starts: [], phase: 'Failed' });
    expect(plan({ replicas: [allocationWith({ phase: 'Succeeded', exitCode: 0, endedMs: 1 })] }).phase).toBe('Succeeded');
  });

  it('takes a replica that was refused elsewhere, whatever the restart policy, and counts it as no retry', () => {
    const error = { code: 'POLICY_REFUSED', message: 'not my images', hint: '' };
    const refused = (epoch: number) => [allocationWith({ phase: 'Failed', error, epoch, endedMs: 5 })];
    const refusals = (count: number) => [
      { taskId: 't1', replica: 0, node: NODE, code: 'POLICY_REFUSED', count, sinceMs: 5, message: 'not my images' },
    ];
    const spec = specWith({ restart: { policy: 'never' } });
    const refusing = nodes.map((node) => (node.node === NODE ? { ...node, refuses: 'not my images' } : node));
    const again = plan({ spec, replicas: refused(1), refusals: refusals(1), nodes: refusing });
    expect(again.starts).toEqual([{ replica: 0, node: OTHER }]);
    const nowhere = nodes.map((node) => ({ ...node, refuses: 'not my images' }));
    expect(plan({ spec, replicas: refused(2), refusals: refusals(2), nodes: nowhere })).toEqual({
      starts: [],
      phase: 'Pending',
      reason: 'every node that could take it refuses it: not my images',
    });
    const failedOnce = specWith({ restart: { policy: 'on-failure', maxRetries: 1, backoff: '0s' } });
    const failed = [allocationWith({ phase: 'Failed', exitCode: 1, epoch: 3, endedMs: 1_000 })];
    expect(plan({ spec: failedOnce, replicas: failed, refusals: refusals(2) }).starts).toHaveLength(1);
    expect(plan({ spec: failedOnce, replicas: failed, refusals: refusals(1) }).phase).toBe('Failed');
  });

  it('replaces what a node lost, but not under the policy never', () => {
    const lost = [allocationWith({ phase: 'Lost', endedMs: 1 })];
    const spec = specWith({ restart: { policy: 'on-failure', maxRetries: 3, backoff: '1h' } });
    expect(plan({ spec, replicas: lost }).starts).toHaveLength(1);
    expect(plan({ spec: specWith({ restart: { policy: 'never' } }), replicas: lost })).toMatchObject({ starts: [], phase: 'Failed' });
  });

  it('places nothing when the task is to stop or the run has closed, and ends once all have', () => {
    const running = allocationWith();
    expect(plan({ task: { desired: 'Stopped', phase: 'Running', imageDigest: null }, replicas: [running] })).toMatchObject({
      starts: [],
      phase: 'Stopping',
    });
    const cancelled = allocationWith({ phase: 'Cancelled', stopReason: 'buyer', endedMs: 1 });
    expect(plan({ task: { desired: 'Stopped', phase: 'Stopping', imageDigest: null }, replicas: [cancelled] }).phase).toBe('Cancelled');
    expect(plan({ runOpen: false })).toMatchObject({ starts: [], phase: 'Cancelled' });
  });
});
