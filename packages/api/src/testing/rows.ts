import type { TimedAllocation } from '@muster/db/repositories/allocations';
import type { NodeOverview } from '@muster/db/repositories/nodes';
import type { NodeStateRow, RegistrationRow, RunRow } from '@muster/db/rows';
import { parseTaskSpec } from '@muster/protocol/task-spec/parse-task-spec';
import type { TaskSpec } from '@muster/protocol/task-spec/task-spec';
import { unwrap } from '@muster/protocol/errors/result';

/** Rows as the repositories give them, for tests of what is decided from them. */
const AT = new Date('2026-01-01T00:00:00Z');
export const NODE = '0x00000000000000000000000000000000000000A1';
const HASH = `0x${'00'.repeat(32)}` as const;
const ADDRESS = '0x0000000000000000000000000000000000000001';

export const specWith = (over: object = {}): TaskSpec => unwrap(parseTaskSpec({ image: 'busybox', ...over }));

export const allocationWith = (over: Partial<TimedAllocation> = {}): TimedAllocation => ({
  allocationId: 'a1',
  taskId: 't1',
  runId: '1',
  node: NODE,
  seq: 1,
  epoch: 1,
  replica: 0,
  phase: 'Running',
  phaseReason: null,
  phaseSince: AT,
  desired: 'Running',
  stopReason: null,
  stopAskedAt: null,
  containerId: null,
  imageId: null,
  imageDigest: null,
  exitCode: null,
  oomKilled: false,
  error: null,
  ports: null,
  pullProgress: null,
  progress: 0,
  progressAt: AT,
  restarts: 0,
  createdAt: AT,
  startedAt: null,
  endedAt: null,
  reportedAt: null,
  idleMs: 0,
  runningMs: null,
  endedMs: null,
  ...over,
});

export const runWith = (over: Partial<RunRow> = {}): RunRow => ({
  runId: '1',
  owner: ADDRESS,
  pendingOwner: null,
  master: ADDRESS,
  masterEpoch: 1,
  validators: ADDRESS,
  gate: ADDRESS,
  quorum: 1,
  termsHash: HASH,
  discoveryUri: 'http://127.0.0.1:3000/discovery',
  requirements: '',
  createdAt: AT,
  createdTx: HASH,
  closedAt: null,
  closedTx: null,
  ...over,
});

export const registrationWith = (over: Partial<RegistrationRow> = {}): RegistrationRow => ({
  runId: '1',
  node: NODE,
  provider: ADDRESS,
  seq: 1,
  round: 1,
  approvals: 1,
  rejections: 0,
  standing: 'Approved',
  banned: false,
  registeredAt: AT,
  roundOpenedAt: AT,
  approvedAt: AT,
  endedAt: null,
  capabilitiesHash: HASH,
  registeredTx: HASH,
  registeredBlock: 1,
  endedReason: null,
  ...over,
});

export const stateWith = (over: Partial<NodeStateRow> = {}): NodeStateRow => ({
  runId: '1',
  node: NODE,
  seq: 1,
  phase: 'Approved',
  phaseReason: null,
  phaseSince: AT,
  capabilities: null,
  inviteEpoch: null,
  inviteDigest: null,
  invitedAt: null,
  inviteAttempts: 0,
  nextInviteAt: null,
  acknowledgment: null,
  acknowledgedAt: null,
  keyStatement: null,
  drainRequestedAt: null,
  drainReason: null,
  lastHeartbeatAt: null,
  updatedAt: AT,
  ...over,
});

export const sessionWith = (silentMs: number): NonNullable<NodeOverview['session']> => ({
  sessionId: 's1',
  runId: '1',
  node: NODE,
  seq: 1,
  generation: 1,
  inviteDigest: HASH,
  openedAt: AT,
  heartbeatAt: AT,
  silentMs,
  status: null,
});

export const nodeWith = (
  over: { registration?: Partial<RegistrationRow>; state?: Partial<NodeStateRow> | null; silentMs?: number } = {},
): NodeOverview => ({
  registration: registrationWith(over.registration),
  state: over.state === null ? null : stateWith(over.state),
  session: over.silentMs === undefined ? null : sessionWith(over.silentMs),
});
