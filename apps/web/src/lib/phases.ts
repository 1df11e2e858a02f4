/** How a phase is told to a person: its tone, and what it means in one line. Phases are the words of the life cycles. */
export type Tone = 'neutral' | 'progress' | 'ok' | 'warn' | 'bad' | 'ended';
export type PhaseInfo = { tone: Tone; meaning: string; live?: boolean };

const NODE: Record<string, PhaseInfo> = {
  Registered: { tone: 'neutral', meaning: 'On chain for this run; waits for a validator.' },
  Validating: { tone: 'progress', meaning: 'A validator has voted; the quorum is not reached yet.', live: true },
  Approved: { tone: 'progress', meaning: 'The validators approved it; the master invites it next.', live: true },
  Invited: { tone: 'progress', meaning: 'It acknowledged the invite; its session opens next.', live: true },
  Healthy: { tone: 'ok', meaning: 'In session, heartbeats arrive; tasks can be placed on it.', live: true },
  Unhealthy: { tone: 'warn', meaning: 'Two heartbeats were missed. Its containers may still run.' },
  Lost: { tone: 'bad', meaning: 'Four heartbeats were missed. It is welcome back with its containers.' },
  Draining: { tone: 'warn', meaning: 'Its containers are being stopped gracefully; nothing new is placed on it.', live: true },
  Left: { tone: 'ended', meaning: 'It left the run.' },
  Rejected: { tone: 'bad', meaning: 'The validators rejected it. It may register again after the cooldown.' },
  Ejected: { tone: 'bad', meaning: 'The master or the buyer removed it from the run.' },
  Invalidated: { tone: 'bad', meaning: 'A later round of validation found it wanting.' },
  Lapsed: { tone: 'ended', meaning: 'No verdict came in time. It may register again after the cooldown.' },
  Closed: { tone: 'ended', meaning: 'The run was closed.' },
};

const ALLOCATION: Record<string, PhaseInfo> = {
  Pending: { tone: 'neutral', meaning: 'Waits for a node with room for it.' },
  Placed: { tone: 'progress', meaning: 'A node was chosen; the order is on its way.', live: true },
  Pulling: { tone: 'progress', meaning: 'The node pulls the image.', live: true },
  Starting: { tone: 'progress', meaning: 'The container is created and starts.', live: true },
  Running: { tone: 'ok', meaning: 'The container runs.', live: true },
  Unknown: { tone: 'warn', meaning: 'The node cannot be reached; the container may still run.' },
  Stopping: { tone: 'warn', meaning: 'The container was asked to stop and has its grace period.', live: true },
  Succeeded: { tone: 'ok', meaning: 'It ended with exit code 0.' },
  Failed: { tone: 'bad', meaning: 'It ended otherwise than with exit code 0, or never started.' },
  Cancelled: { tone: 'ended', meaning: 'It was stopped on request.' },
  Lost: { tone: 'bad', meaning: 'Its node was gone for too long, or did not say that it has stopped it.' },
};

/** A task is in one phase for all of its copies, whichever step each of them is at. */
const TASK: Record<string, PhaseInfo> = {
  ...ALLOCATION,
  Starting: { tone: 'progress', meaning: 'A node fetches its image or starts its container.', live: true },
  Stopping: { tone: 'warn', meaning: 'Its containers were asked to stop and have their grace period.', live: true },
};

const RUN: Record<string, PhaseInfo> = {
  open: { tone: 'ok', meaning: 'Nodes may register.' },
  closed: { tone: 'ended', meaning: 'Takes no registrations any more.' },
};

const TABLES = { node: NODE, allocation: ALLOCATION, task: TASK, run: RUN } as const;
export type PhaseKind = keyof typeof TABLES;

/** A phase that this build does not know is shown as it is, in a neutral tone. */
export const phaseInfo = (kind: PhaseKind, phase: string): PhaseInfo => TABLES[kind][phase] ?? { tone: 'neutral', meaning: phase };

/** The way of a node towards work, in order. */
export const NODE_STATIONS = ['Registered', 'Validating', 'Approved', 'Invited', 'Healthy'] as const;

export type Track = { station: number; derailed: boolean };

/** Where on that way a node stands; a node that fell off it stands where it got to, as far as its facts tell. */
export function trackOf(node: {
  phase: string;
  approvedAt: string | null;
  lastHeartbeatAt: string | null;
  approvals: number;
  rejections: number;
}): Track {
  const station = NODE_STATIONS.findIndex((name) => name === node.phase);
  if (station >= 0) return { station, derailed: false };
  if (node.lastHeartbeatAt !== null) return { station: 4, derailed: true };
  if (node.approvedAt !== null) return { station: 2, derailed: true };
  return { station: node.approvals + node.rejections > 0 ? 1 : 0, derailed: true };
}

const ENDED_TASK = new Set(['Succeeded', 'Failed', 'Cancelled']);
export const isEndedTask = (phase: string): boolean => ENDED_TASK.has(phase);

const ENDED_ALLOCATION = new Set(['Succeeded', 'Failed', 'Cancelled', 'Lost']);
export const isEndedAllocation = (phase: string): boolean => ENDED_ALLOCATION.has(phase);
