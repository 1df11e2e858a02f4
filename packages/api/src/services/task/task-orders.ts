import { randomUUID } from 'node:crypto';
import { findAllocation, listNewestAllocations, type TimedAllocation } from '@muster/db/repositories/allocations';
import { findOrders } from '@muster/db/repositories/orders';
import { findRun } from '@muster/db/repositories/runs';
import { listLiveSessions } from '@muster/db/repositories/sessions';
import { findTask } from '@muster/db/repositories/tasks';
import type { AllocationRow, TaskRow } from '@muster/db/rows';
import { isTerminalAllocationPhase } from '@muster/domain/allocation-lifecycle';
import { AppError } from '@muster/protocol/errors/app-error';
import type { Deps } from '../../app/deps.ts';
import { runTopic } from '../../live/topics.ts';
import { specOf } from '../master/task-spec-of.ts';
import { sendOrders } from '../order/send-orders.ts';

/** How long a buyer waits for a node to look at its container. */
const INSPECT_WAIT_MS = 8_000;
const TAIL_LINES = 100;

async function requireTask(db: Deps['db'], taskId: string): Promise<TaskRow> {
  const task = await findTask(db, taskId);
  if (task === null) throw new AppError('NOT_FOUND');
  return task;
}

async function masterEpochOf({ db, signer }: Pick<Deps, 'db' | 'signer'>, runId: string): Promise<number> {
  const run = await findRun(db, runId);
  if (run === null) throw new AppError('RUN_UNKNOWN');
  if (run.master !== signer.address) throw new AppError('NOT_RUN_MASTER');
  return run.masterEpoch;
}

/** Restarts every container of the task in place, gracefully. Throws TASK_ENDED, or NODE_NOT_READY when none runs. */
export async function restartTask(deps: Deps, { taskId }: { taskId: string }): Promise<TaskRow> {
  const task = await requireTask(deps.db, taskId);
  if (task.endedAt !== null || task.desired === 'Stopped') throw new AppError('TASK_ENDED');
  const started = (await listNewestAllocations(deps.db, [taskId])).filter(({ phase }) => phase === 'Running' || phase === 'Starting');
  if (started.length === 0) throw new AppError('NODE_NOT_READY', { publicMessage: 'No container of the task runs at the moment.' });
  const masterEpoch = await masterEpochOf(deps, task.runId);
  const { graceMs } = specOf(task);
  await sendOrders(
    deps,
    started.map(({ allocationId, runId, node, seq, epoch }) => ({
      runId,
      node,
      seq,
      masterEpoch,
      kind: 'restart' as const,
      allocationId,
      body: { allocationId, epoch, graceMs },
    })),
  );
  return task;
}

/** Asks the nodes of a task for its volume. A volume outlives its container, so that of an ended one can be synced too. Throws VOLUME_UNKNOWN, NODE_NOT_READY. */
export async function syncVolume(deps: Deps, { taskId, volume }: { taskId: string; volume: string }): Promise<{ snapshotIds: string[] }> {
  const task = await requireTask(deps.db, taskId);
  const { volumes } = specOf(task);
  if (!volumes.some(({ name }) => name === volume))
    throw new AppError('VOLUME_UNKNOWN', { data: { volumes: volumes.map(({ name }) => name) } });
  const holders = await withSession(
    deps,
    (await listNewestAllocations(deps.db, [taskId])).filter(({ startedAt }) => startedAt !== null),
  );
  if (holders.length === 0) throw new AppError('NODE_NOT_READY');
  const masterEpoch = await masterEpochOf(deps, task.runId);
  const drafts = holders.map((holder) => ({ holder, snapshotId: randomUUID() }));
  await sendOrders(
    deps,
    drafts.map(({ holder: { allocationId, runId, node, seq, epoch }, snapshotId }) => ({
      runId,
      node,
      seq,
      masterEpoch,
      kind: 'sync' as const,
      allocationId,
      body: { allocationId, epoch, volume, snapshotId },
    })),
  );
  return { snapshotIds: drafts.map(({ snapshotId }) => snapshotId) };
}

async function withSession({ db }: Pick<Deps, 'db'>, allocations: readonly TimedAllocation[]): Promise<TimedAllocation[]> {
  const sessions = new Set((await listLiveSessions(db, allocations)).map(({ runId, node, seq }) => `${runId}/${node}/${seq}`));
  return allocations.filter(({ runId, node, seq }) => sessions.has(`${runId}/${node}/${seq}`));
}

/** Has the node look at its container now, and waits a little for its report. */
export async function inspectAllocation(
  deps: Deps,
  { allocationId, signal }: { allocationId: string; signal: AbortSignal | undefined },
): Promise<{ acknowledged: boolean; allocation: AllocationRow }> {
  const { db, live, clock } = deps;
  const allocation = await requireAllocation(db, allocationId);
  const { runId, node, seq, epoch } = allocation;
  if (isTerminalAllocationPhase(allocation.phase)) return { acknowledged: true, allocation };
  const watcher = live.watch([runTopic(runId, 'task')], signal);
  try {
    const masterEpoch = await masterEpochOf(deps, runId);
    const [order] = await sendOrders(deps, [
      { runId, node, seq, masterEpoch, kind: 'inspect', allocationId, body: { allocationId, epoch, tailLines: TAIL_LINES } },
    ]);
    const deadline = clock.now() + INSPECT_WAIT_MS;
    let acknowledged = false;
    while (order !== undefined && !acknowledged && clock.now() < deadline && signal?.aborted !== true) {
      await watcher.next(Math.max(1, deadline - clock.now()));
      const [now] = await findOrders(db, [order.orderId]);
      acknowledged = now !== undefined && now.acknowledgedAt !== null;
    }
    return { acknowledged, allocation: await requireAllocation(db, allocationId) };
  } finally {
    watcher.close();
  }
}

async function requireAllocation(db: Deps['db'], allocationId: string): Promise<AllocationRow> {
  const allocation = await findAllocation(db, allocationId);
  if (allocation === null) throw new AppError('NOT_FOUND');
  return allocation;
}
