import type { AllocationRow, TaskRow } from '@muster/db/rows';
import { isTerminalAllocationPhase } from '@muster/domain/allocation-lifecycle';
import { pullStateSchema } from '@muster/protocol/messages/frames';
import { publishedPortsSchema } from '@muster/protocol/task-spec/ports';
import { z } from 'zod';
import type { Settings } from '../../app/deps.ts';
import type { AllocationView, TaskView } from '../../shapes/task.ts';
import { figuresKey, type LiveFigures } from './live-figures.ts';
import { iso, isoOrNull } from '../iso-time.ts';
import { endsUnsaid, stopWithinMs } from '../master/stop-patience.ts';
import { specOrNull } from '../master/task-spec-of.ts';

type Patience = Pick<Settings, 'startWithinMs' | 'lostAfterMs'>;

const errorShape = z.object({ code: z.string(), message: z.string(), hint: z.string().nullish() });

export type AllocationParts = { task: TaskRow; figures: LiveFigures; patience: Patience };

export function allocationView(row: AllocationRow, { task, figures, patience }: AllocationParts): AllocationView {
  const { allocationId, taskId, node, epoch, replica, phase, phaseReason, desired, containerId, imageId, exitCode, oomKilled, restarts } =
    row;
  const error = errorShape.safeParse(row.error);
  const pull = pullStateSchema.safeParse(row.pullProgress);
  const ports = publishedPortsSchema.safeParse(row.ports);
  return {
    allocationId,
    taskId,
    node,
    epoch,
    replica,
    phase,
    phaseReason,
    desired,
    stopping: stoppingOf(row, task, patience),
    containerId,
    imageId,
    exitCode,
    oomKilled,
    restarts,
    ...(figures.get(figuresKey(row)) ?? { usage: null, gpus: [] }),
    error: error.success ? { ...error.data, hint: error.data.hint ?? null } : null,
    pull: pull.success ? pull.data : null,
    ports: ports.success && !isTerminalAllocationPhase(phase) ? ports.data : [],
    createdAt: iso(row.createdAt),
    startedAt: isoOrNull(row.startedAt),
    endedAt: isoOrNull(row.endedAt),
    reportedAt: isoOrNull(row.reportedAt),
  };
}

function stoppingOf(row: AllocationRow, task: TaskRow, patience: Patience): AllocationView['stopping'] {
  const { desired, phase, stopAskedAt, progressAt } = row;
  if (desired !== 'Stopped' || stopAskedAt === null || isTerminalAllocationPhase(phase)) return null;
  const spec = specOrNull(task);
  const waits = spec === null || phase === 'Unknown' || !endsUnsaid(row, task.desired === 'Running');
  const sinceMs = Math.max(stopAskedAt.getTime(), progressAt.getTime());
  const endsAt = waits ? null : new Date(sinceMs + stopWithinMs(row, { ...patience, graceMs: spec.graceMs }));
  return { askedAt: iso(stopAskedAt), endsAt: isoOrNull(endsAt) };
}

export type TaskParts = {
  /** Those to show, newest epoch of each replica first. */
  allocations: readonly AllocationRow[];
  figures: LiveFigures;
  credentials: TaskView['credentials'];
  patience: Patience;
};

export function taskView(row: TaskRow, { allocations, figures, credentials, patience }: TaskParts): TaskView {
  const { taskId, runId, name, specHash, imageDigest, desired, phase, phaseReason, createdBy } = row;
  return {
    taskId,
    runId,
    name,
    spec: specOrNull(row),
    specHash,
    imageDigest,
    credentials,
    desired,
    phase,
    phaseReason,
    createdBy,
    createdAt: iso(row.createdAt),
    endedAt: isoOrNull(row.endedAt),
    allocations: allocations.map((allocation) => allocationView(allocation, { task: row, figures, patience })),
  };
}
