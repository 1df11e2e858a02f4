import type { Heartbeat, Orphan } from '@muster/protocol/messages/frames';
import type { SessionView } from '../loops/session.ts';
import type { AllocationRecord } from '../reconcile/desired.ts';
import type { StatusBoard } from '../reconcile/status-board.ts';
import type { AgentState } from '../state/agent-state.ts';
import type { AgentReport, AllocationReport } from './agent-report.ts';
import { drainsOf } from './drain.ts';

export interface SelfInput {
  version: string;
  pid: number;
  startedAt: number;
  state: AgentState;
  records: readonly AllocationRecord[];
  statuses: ReturnType<StatusBoard['current']>;
  session: SessionView;
  fenced: boolean;
  spool: AgentReport['spool'];
  images: AgentReport['images'];
  orphans: Orphan[];
}

/** The running agent about itself, from what it has in memory: asking costs neither Docker nor the chain anything. Pure. */
export function reportSelf(input: SelfInput): AgentReport {
  const { version, pid, startedAt, state, session, fenced, spool, images, orphans } = input;
  return {
    running: true,
    version,
    pid,
    startedAt,
    ...standOf(state),
    session: session.open,
    fenced,
    offer: session.lastBeat?.offer ?? null,
    usage: session.lastBeat?.usage ?? null,
    allocations: input.records.flatMap((record) => reportAllocation(record, input)),
    spool,
    images,
    orphans,
  };
}

/** What follows from the state file alone. */
export function standOf(state: AgentState | null): Pick<AgentReport, 'invited' | 'registering' | 'drains'> {
  return {
    invited: state?.invite != null,
    registering: state?.registration != null,
    drains: state ? drainsOf(state).map(({ by, reason, deadline }) => ({ by, reason, deadline })) : [],
  };
}

function reportAllocation(record: AllocationRecord, { statuses, session }: Pick<SelfInput, 'statuses' | 'session'>): AllocationReport[] {
  const { allocationId, taskId, epoch, spec } = record;
  const status = statuses.find((one) => one.allocationId === allocationId);
  if (!status) return [];
  return [
    {
      allocationId,
      taskId,
      epoch,
      image: spec.image,
      phase: status.phase,
      reason: status.reason ?? status.error?.message ?? gpuTrouble(session.lastBeat, record),
      containerId: status.containerId ?? null,
      startedAt: status.startedAt ?? null,
      usage: usageIn(session.lastBeat, allocationId),
    },
  ];
}

const gpuTrouble = (beat: Heartbeat | null, { gpus }: AllocationRecord): string | null => {
  const trouble = beat?.usage.gpus?.find(({ uuid, problem }) => problem !== undefined && gpus.includes(uuid));
  return trouble === undefined ? null : `its GPU ${trouble.uuid} cannot be used: ${trouble.problem}`;
};

const usageIn = (beat: Heartbeat | null, allocationId: string): AllocationReport['usage'] =>
  beat?.allocations.find((one) => one.allocationId === allocationId)?.usage ?? null;
