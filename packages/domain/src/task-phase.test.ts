import { describe, expect, it } from 'vitest';
import type { AllocationPhase } from './allocation-lifecycle.ts';
import { taskPhase, type TaskDesired, type TaskPhase } from './task-phase.ts';

const setup = (current: TaskPhase, phases: AllocationPhase[], given: { desired?: TaskDesired; wanted?: number; retrying?: boolean } = {}) =>
  taskPhase({
    current,
    desired: given.desired ?? 'Running',
    wanted: given.wanted ?? Math.max(1, phases.length),
    replicas: phases.map((phase) => ({ phase, retrying: given.retrying ?? false })),
  });

describe('taskPhase', () => {
  it.each<[string, TaskPhase, TaskPhase]>([
    ['nothing is placed yet', setup('Pending', []), 'Pending'],
    ['a container is being pulled', setup('Pending', ['Pulling']), 'Starting'],
    ['one replica runs', setup('Starting', ['Running', 'Starting']), 'Running'],
    ['its node cannot be reached', setup('Running', ['Unknown']), 'Running'],
    ['a replica failed and is tried again', setup('Running', ['Failed'], { retrying: true }), 'Pending'],
    ['all replicas succeeded', setup('Running', ['Succeeded', 'Succeeded']), 'Succeeded'],
    ['one replica failed and the other still runs', setup('Running', ['Failed', 'Running']), 'Running'],
    ['one replica failed and the other succeeded', setup('Running', ['Failed', 'Succeeded']), 'Failed'],
    ['its node was lost for good', setup('Running', ['Lost']), 'Failed'],
    ['it is to stop and still runs', setup('Running', ['Running'], { desired: 'Stopped' }), 'Stopping'],
    ['it is to stop and has', setup('Stopping', ['Cancelled'], { desired: 'Stopped' }), 'Cancelled'],
    ['it is to stop and was never placed', setup('Pending', [], { desired: 'Stopped' }), 'Cancelled'],
    ['it was to stop but had succeeded', setup('Stopping', ['Succeeded'], { desired: 'Stopped' }), 'Succeeded'],
    ['it has ended', setup('Succeeded', ['Running']), 'Succeeded'],
  ])('when %s it is %s', (_title, phase, expected) => {
    expect(phase).toBe(expected);
  });
});
