import { describe, expect, it } from 'vitest';
import { allocationWith, NODE, specWith } from '../../testing/rows.ts';
import { planTask, type TaskPlanInput } from './plan-task.ts';

const capacity = { cpu: 8, memoryBytes: 8_000_000_000, diskBytes: 8_000_000_000 };
const nothing = { cpu: 0, memoryBytes: 0, diskBytes: 0 };
const OTHER = '0x00000000000000000000000000000000000000b2';
const nodes = [NODE, OTHER].map((node) => ({ node, phase: 'Healthy' as const, capacity, used: nothing }));
const plan = (over: Partial<TaskPlanInput> = {}) =>
  planTask({ task: { desired: 'Running', phase: 'Pending' }, spec: specWith(), replicas: [], nodes, runOpen: true, ...over });

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

  it('replaces what a node lost, but not under the policy never', () => {
    const lost = [allocationWith({ phase: 'Lost', endedMs: 1 })];
    const spec = specWith({ restart: { policy: 'on-failure', maxRetries: 3, backoff: '1h' } });
    expect(plan({ spec, replicas: lost }).starts).toHaveLength(1);
    expect(plan({ spec: specWith({ restart: { policy: 'never' } }), replicas: lost })).toMatchObject({ starts: [], phase: 'Failed' });
  });

  it('places nothing when the task is to stop or the run has closed, and ends once all have', () => {
    const running = allocationWith();
    expect(plan({ task: { desired: 'Stopped', phase: 'Running' }, replicas: [running] })).toMatchObject({ starts: [], phase: 'Stopping' });
    const cancelled = allocationWith({ phase: 'Cancelled', stopReason: 'buyer', endedMs: 1 });
    expect(plan({ task: { desired: 'Stopped', phase: 'Stopping' }, replicas: [cancelled] }).phase).toBe('Cancelled');
    expect(plan({ runOpen: false })).toMatchObject({ starts: [], phase: 'Cancelled' });
  });
});
