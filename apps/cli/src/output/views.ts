import { addressOfPort } from '@muster/protocol/task-spec/ports';
import type { ApiOutputs } from '../api-client.ts';
import { formatAge, formatBytes } from './format.ts';
import { formatFields, formatTable } from './table.ts';

export type RunView = ApiOutputs['run']['get'];
export type NodeView = ApiOutputs['node']['list']['items'][number];
export type NodeDetail = ApiOutputs['node']['get'];
export type TaskView = ApiOutputs['task']['get'];
export type SnapshotView = ApiOutputs['snapshot']['list']['items'][number];

export const runText = (run: RunView): string =>
  formatFields([
    ['run', run.runId],
    ['status', run.closedAt === null ? run.status : `closed at ${run.closedAt}`],
    ['owner', run.owner],
    ['pending owner', run.pendingOwner],
    ['master', `${run.master} (epoch ${run.masterEpoch}${run.servedHere ? '' : ', not this server'})`],
    ['discovery', run.discoveryUri],
    ['requirements', run.requirements || 'none'],
    ['validators', `${run.validators} (quorum ${run.quorum})`],
    ['nodes', `${run.counts.healthyNodes} healthy of ${run.counts.nodes}`],
    ['tasks', `${run.counts.runningTasks} running of ${run.counts.tasks}`],
    ['created', `${run.createdAt} in ${run.createdTx}`],
  ]);

export const runsTable = (runs: readonly RunView[]): string =>
  formatTable(
    ['RUN', 'STATUS', 'NODES', 'TASKS', 'REQUIREMENTS', 'CREATED'],
    runs.map((run) => [
      run.runId,
      run.status,
      `${run.counts.healthyNodes}/${run.counts.nodes}`,
      `${run.counts.runningTasks}/${run.counts.tasks}`,
      run.requirements,
      run.createdAt,
    ]),
  );

export const nodesTable = (nodes: readonly NodeView[], nowMs: number): string =>
  formatTable(
    ['NODE', 'STANDING', 'PHASE', 'HEARTBEAT', 'CPU', 'MEMORY', 'GPUS', 'TAKES WORK'],
    nodes.map(({ node, standing, phase, lastHeartbeatAt, capabilities, usage, offer }) => [
      node,
      standing,
      phase,
      formatAge(lastHeartbeatAt, nowMs),
      capabilities && ofWhole(usage?.cpu.toFixed(1), String(capabilities.cpu.threads)),
      capabilities && ofWhole(usage && formatBytes(usage.memoryBytes), formatBytes(capabilities.memoryBytes)),
      capabilities && String(capabilities.gpus.length),
      offer && (offer.accepting ? 'yes' : `no: ${offer.reason ?? 'not now'}`),
    ]),
  );

/** In use, and there. */
const ofWhole = (used: string | null | undefined, whole: string): string => (used ? `${used} of ${whole}` : whole);

export function nodeText(node: NodeDetail, nowMs: number): string {
  const { capabilities, offer, usage } = node;
  const fields = formatFields([
    ['node', node.node],
    ['provider', node.provider],
    ['standing', `${node.standing}${node.banned ? ', banned' : ''} (registration ${node.seq}, round ${node.round})`],
    ['phase', node.phaseReason === null ? node.phase : `${node.phase}: ${node.phaseReason}`],
    ['heartbeat', formatAge(node.lastHeartbeatAt, nowMs)],
    ['takes work', offer && (offer.accepting ? 'yes' : `no: ${offer.reason ?? 'not now'}`)],
    ['offers', offer && offerText(offer)],
    ['in use', usage && usageText(usage)],
    ['cpu', capabilities && `${capabilities.cpu.model}, ${capabilities.cpu.threads} threads`],
    ['memory', capabilities && formatBytes(capabilities.memoryBytes)],
    ['disk', capabilities && formatBytes(capabilities.diskBytes)],
    ['gpus', capabilities?.gpus.map((gpu) => `${gpu.model} ${formatBytes(gpu.memoryBytes)}`).join(', ')],
    ['registered', `${node.registeredAt} in ${node.registeredTx}`],
    ['ended', node.endedAt && `${node.endedAt} ${node.endedReason ?? ''}`],
    ['orphans', node.orphans.map(({ allocationId, runId }) => `${allocationId} of run ${runId}`).join(', ') || null],
  ]);
  const verdicts = formatTable(
    ['SEQ', 'ROUND', 'VERDICT', 'VALIDATOR', 'TRANSACTION'],
    node.verdicts.map((verdict) => [
      String(verdict.seq),
      String(verdict.round),
      verdict.approve ? 'approve' : 'reject',
      verdict.validator,
      verdict.txHash,
    ]),
  );
  return node.verdicts.length === 0 ? fields : `${fields}\n\n${verdicts}`;
}

function offerText({ capacity, features, maxAllocations }: NonNullable<NodeView['offer']>): string {
  const { cpu, memoryBytes, diskBytes, gpus } = capacity;
  const granted = (['gpu', 'egress', 'root', 'ports'] as const).filter((feature) => features[feature]);
  const room = `${cpu} cpu, ${formatBytes(memoryBytes)} memory, ${formatBytes(diskBytes)} disk, ${gpus.length} GPUs`;
  return `${room}; at most ${maxAllocations} at once; ${granted.join(', ') || 'no features'}`;
}

function usageText({ cpu, memoryBytes, diskBytes, rxBytesPerSecond, txBytesPerSecond, gpus = [] }: NonNullable<NodeView['usage']>): string {
  return [
    `${cpu.toFixed(1)} cpu`,
    `${formatBytes(memoryBytes)} memory`,
    `${formatBytes(diskBytes)} disk`,
    ...(rxBytesPerSecond === undefined ? [] : [`${formatBytes(rxBytesPerSecond)}/s in`]),
    ...(txBytesPerSecond === undefined ? [] : [`${formatBytes(txBytesPerSecond)}/s out`]),
    ...gpus.map(gpuText),
  ].join(', ');
}

const gpuText = ({ utilisation, memoryBytes }: NonNullable<NonNullable<NodeView['usage']>['gpus']>[number]): string =>
  `GPU ${utilisation === undefined ? '' : `${Math.round(utilisation * 100)} % `}${memoryBytes === undefined ? '' : formatBytes(memoryBytes)}`.trim();

export const tasksTable = (tasks: readonly TaskView[]): string =>
  formatTable(
    ['TASK', 'NAME', 'PHASE', 'IMAGE', 'CREATED', 'REASON'],
    tasks.map((task) => [task.taskId, task.name, task.phase, task.spec?.image ?? null, task.createdAt, whyTask(task)]),
  );

/** The master's word, else what ended the allocation that is shown. */
const whyTask = ({ phase, phaseReason, allocations }: TaskView): string | null =>
  phaseReason ?? (phase === 'Failed' ? (allocations.find(({ error }) => error !== null)?.error?.message ?? null) : null);

const PULL_WORDS = { download: 'fetching', check: 'checking', extract: 'unpacking' } as const;

/** How far a pull is says more than why it began, and by when an end is sure more than who asked for it. */
function reasonOf({ error, pull, phaseReason, stopping }: TaskView['allocations'][number]): string | null {
  if (error) return `${error.code}: ${error.message}`;
  if (stopping) return `told to stop at ${stopping.askedAt}${stopping.endsAt ? `, counts as lost at ${stopping.endsAt}` : ''}`;
  if (!pull) return phaseReason;
  if (pull.stage === 'queue') return 'waiting for other images of the node';
  const share = pull.total === 0 ? 100 : Math.floor((100 * pull.current) / pull.total);
  return `${PULL_WORDS[pull.stage]} the image: ${formatBytes(pull.current)} of ${formatBytes(pull.total)} (${share} %)`;
}

/** Sealing is the buyer's: neither master nor database has the credentials, so nodes that join later wait for him. */
function credentialsText({ taskId, credentials }: TaskView): string | null {
  if (credentials === null) return null;
  const { sealed, unsealed } = credentials;
  const held = `credentials sealed to ${plural(sealed, 'node')}`;
  if (unsealed === 0) return held;
  const missing = `${plural(unsealed, 'node')} ${sealed === 0 ? '' : 'that joined since '}cannot read them`;
  return `${held}; ${missing}: muster task seal ${taskId} --registry-auth FILE`;
}

const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

export function taskText(task: TaskView): string {
  const fields = formatFields([
    ['task', task.taskId],
    ['name', task.name],
    ['run', task.runId],
    ['phase', task.phaseReason === null ? task.phase : `${task.phase}: ${task.phaseReason}`],
    ['image', task.spec?.image ?? null],
    ['pinned to', task.imageDigest],
    ['registry', credentialsText(task)],
    ['created', task.createdAt],
    ['ended', task.endedAt],
  ]);
  const allocations = formatTable(
    ['ALLOCATION', 'REPLICA', 'PHASE', 'NODE', 'CONTAINER', 'CPU', 'MEMORY', 'EXIT', 'REASON'],
    task.allocations.map((allocation) => [
      allocation.allocationId,
      String(allocation.replica),
      allocation.phase,
      allocation.node,
      allocation.containerId?.slice(0, 12),
      allocation.usage?.cpu.toFixed(2),
      allocation.usage && formatBytes(allocation.usage.memoryBytes),
      allocation.exitCode?.toString(),
      reasonOf(allocation),
    ]),
  );
  if (task.allocations.length === 0) return fields;
  const ports = task.allocations.flatMap(({ replica, ports: published }) =>
    published.map((port) => [port.name, String(replica), addressOfPort(port), `${port.port}/${port.protocol}`]),
  );
  const reached = ports.length === 0 ? [] : ['', formatTable(['PORT', 'REPLICA', 'ADDRESS', 'IN THE CONTAINER'], ports)];
  const hints = new Map(task.allocations.flatMap(({ error }) => (error?.hint ? [[error.code, error.hint]] : [])));
  return [fields, '', allocations, ...reached, ...[...hints].map(([code, hint]) => `\n${code}: ${hint}`)].join('\n');
}

export const snapshotsTable = (snapshots: readonly SnapshotView[]): string =>
  formatTable(
    ['SNAPSHOT', 'VOLUME', 'SIZE', 'SHA-256', 'NODE', 'CREATED'],
    snapshots.map((snapshot) => [
      snapshot.snapshotId,
      snapshot.volume,
      formatBytes(snapshot.sizeBytes),
      snapshot.sha256,
      snapshot.node,
      snapshot.createdAt,
    ]),
  );
