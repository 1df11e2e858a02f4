import { expect, it } from 'vitest';
import { taskText, type TaskView } from './views.ts';

const AT = '2026-11-01T12:00:00.000Z';
const END = '2026-11-01T12:12:20.000Z';

const allocation: TaskView['allocations'][number] = {
  allocationId: 'a',
  taskId: 't',
  node: '0x01',
  epoch: 1,
  replica: 0,
  phase: 'Running',
  phaseReason: null,
  desired: 'Running',
  stopping: null,
  containerId: null,
  imageId: null,
  exitCode: null,
  oomKilled: false,
  error: null,
  pull: null,
  ports: [],
  restarts: 0,
  usage: null,
  gpus: [],
  createdAt: AT,
  startedAt: AT,
  endedAt: null,
  reportedAt: AT,
};

const task = (change: Partial<TaskView['allocations'][number]>): TaskView => ({
  taskId: 't',
  runId: '1',
  name: 'train',
  spec: null,
  specHash: '0x00',
  imageDigest: null,
  credentials: null,
  desired: 'Running',
  phase: 'Running',
  phaseReason: null,
  createdBy: '0x02',
  createdAt: AT,
  endedAt: null,
  allocations: [{ ...allocation, ...change }],
});

it('says how far the pull of an image is', () => {
  const pull = { stage: 'download', current: 50, total: 200 } as const;
  expect(taskText(task({ phase: 'Pulling', pull }))).toContain('fetching the image: 50 B of 200 B (25 %)');
});

it('says since when a container is to stop, and by when that is over where it does not wait for its node', () => {
  expect(taskText(task({ stopping: { askedAt: AT, endsAt: END } }))).toContain(`told to stop at ${AT}, counts as lost at ${END}`);
  expect(taskText(task({ stopping: { askedAt: AT, endsAt: null } }))).toMatch(new RegExp(`told to stop at ${AT}\\s*$`));
});
