import type { AllocationStatus } from '@muster/protocol/messages/frames';
import type { PublishedPort } from '@muster/protocol/task-spec/ports';
import type { ObservedContainer, PullProgress } from '../ports/container-runtime.ts';
import type { AllocationRecord } from './desired.ts';
import type { StepKind } from './steps.ts';

/** What the agent is doing for an allocation right now, and what last went wrong. */
export interface Activity {
  step: StepKind | null;
  pull: PullProgress | null;
  error: { code: string; message: string; hint: string } | null;
}

export const IDLE: Activity = { step: null, pull: null, error: null };

export interface StatusInput {
  record: AllocationRecord;
  container: ObservedContainer | null;
  activity: Activity;
  /** Where its ports are reached. */
  ports?: readonly PublishedPort[];
  now: number;
}

/** What the master is told about an allocation: a level, true at `now`. Pure. */
export function statusOf({ record, container, activity, ports = [], now }: StatusInput): AllocationStatus {
  const { allocationId, epoch, restarts, outcome } = record;
  const common = { allocationId, epoch, restarts, at: now, ...(record.image ? { imageDigest: record.image.digest } : {}) };
  if (outcome) {
    return {
      ...common,
      phase: outcome.phase,
      reason: outcome.reason.slice(0, 500),
      oomKilled: outcome.oomKilled,
      ...(outcome.containerId === null ? {} : { containerId: outcome.containerId }),
      ...(outcome.imageId === null ? {} : { imageId: outcome.imageId }),
      ...(outcome.exitCode === null ? {} : { exitCode: outcome.exitCode }),
      ...(outcome.error === null ? {} : { error: outcome.error }),
      ...(outcome.startedAt === null ? {} : { startedAt: outcome.startedAt }),
      endedAt: outcome.endedAt,
    };
  }
  const phase = phaseOf(container, activity);
  return {
    ...common,
    phase,
    oomKilled: false,
    ...(container ? { containerId: container.id, imageId: container.imageId } : {}),
    ...(container && ports.length > 0 ? { ports: [...ports] } : {}),
    ...(container?.startedAt ? { startedAt: Date.parse(container.startedAt) } : {}),
    ...(activity.error ? { error: activity.error } : {}),
    ...(phase === 'Pulling' && activity.pull ? { pull: activity.pull } : {}),
  };
}

function phaseOf(container: ObservedContainer | null, activity: Activity): AllocationStatus['phase'] {
  if (activity.step === 'restart') return 'Starting';
  // An exited container is Running until its exit code and last lines are in hand.
  if (container && container.state !== 'created') return 'Running';
  if (container || activity.step === 'create' || activity.step === 'start') return 'Starting';
  return activity.step === 'pull' || activity.error ? 'Pulling' : 'Placed';
}
