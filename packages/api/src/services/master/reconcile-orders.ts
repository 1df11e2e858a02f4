import { listLiveAllocations, type TimedAllocation } from '@muster/db/repositories/allocations';
import { listDrainOrders, withdrawOrdersOfEnded } from '@muster/db/repositories/master-work';
import { listUsableCredentials } from '@muster/db/repositories/sealed-credentials';
import { listNewestOrders, withdrawOrders } from '@muster/db/repositories/orders';
import type { HexString, OrderRow } from '@muster/db/rows';
import type { Deps } from '../../app/deps.ts';
import { sendOrders, type OrderRequest } from '../order/send-orders.ts';
import type { Situation } from './reconcile-allocations.ts';
import { findStrays, needsStop } from './strays.ts';
import type { ReadTask } from './task-spec-of.ts';

/**
 * Every live allocation has its start order, every unwanted one its stop order, every draining node its drain order; all in the present
 * term of the master. Level-triggered: an order that a crash kept from being written is written by the next turn.
 */
export async function reconcileOrders(deps: Deps, situation: Situation): Promise<void> {
  const { db, settings } = deps;
  const runIds = [...situation.runs.keys()];
  const tasks = new Map(situation.tasks.map((task) => [task.taskId, task]));
  const isServed = (runId: string): boolean => situation.runs.get(runId)?.master === situation.master;
  const served = situation.nodes.filter(({ registration }) => isServed(registration.runId));
  const [live, strays] = await Promise.all([
    listLiveAllocations(db, runIds),
    findStrays(db, served, settings.heartbeatMs),
    withdrawOrdersOfEnded(db, runIds),
  ]);
  const allocations = live.filter(({ runId }) => isServed(runId));
  const starting = allocations.filter(({ phase, desired }) => phase === 'Placed' && desired === 'Running');
  const stopping = allocations.filter(({ desired }) => desired === 'Stopped');
  const draining = situation.nodes.flatMap(({ state }) => (state?.phase === 'Draining' && isServed(state.runId) ? [state] : []));
  if (starting.length + stopping.length + draining.length + strays.length === 0) return;

  const [starts, stops, drains, credentials] = await Promise.all([
    listNewestOrders(db, { allocationIds: idsOf(starting), kind: 'start' }),
    listNewestOrders(db, { allocationIds: [...idsOf(stopping), ...idsOf(strays)], kind: 'stop' }),
    listDrainOrders(db, draining),
    listUsableCredentials(db, [...new Set(starting.map(({ taskId }) => taskId))]),
  ]);
  const epochOf = (runId: string): number => situation.runs.get(runId)?.masterEpoch ?? 0;
  const isMissing = (order: OrderRow | undefined, runId: string): boolean =>
    order === undefined || (order.acknowledgedAt === null && order.masterEpoch < epochOf(runId));
  const startOf = new Map(starts.map((order) => [order.allocationId, order]));
  const stopOf = new Map(stops.map((order) => [order.allocationId, order]));
  const sealed = new Map(credentials.map((one) => [`${one.taskId}/${one.node}`, one.sealed]));
  const drainOf = new Map(drains.map((order) => [`${order.runId}/${order.node}`, order]));

  const requests: OrderRequest[] = [
    ...starting
      .filter(({ allocationId, runId }) => isMissing(startOf.get(allocationId), runId))
      .flatMap((allocation) => startRequest(allocation, { tasks, epochOf, sealed })),
    ...stopping
      .filter(({ allocationId, runId }) => isMissing(stopOf.get(allocationId), runId))
      .flatMap((allocation) => stopRequest(allocation, tasks, epochOf)),
    ...draining
      .filter(({ runId, node }) => isMissing(drainOf.get(`${runId}/${node}`), runId))
      .map(({ runId, node, seq, drainReason }): OrderRequest => {
        const deadlineMs = situation.nowMs + settings.lostAfterMs;
        return {
          runId,
          node,
          seq,
          masterEpoch: epochOf(runId),
          kind: 'drain',
          allocationId: null,
          body: { reason: drainReason ?? 'the buyer drains it', deadlineMs },
        };
      }),
  ];
  const patience = { nowMs: situation.nowMs, patienceMs: settings.lostAfterMs };
  for (const { runId, node, seq, allocationId, epoch } of strays.filter((stray) => needsStop(stopOf.get(stray.allocationId), patience))) {
    const body = { allocationId, epoch, graceMs: STRAY_GRACE_MS, reason: 'this allocation has ended' };
    requests.push({ runId, node, seq, masterEpoch: epochOf(runId), kind: 'stop', allocationId, body });
  }
  // Those of an earlier term would be refused by the node for ever.
  const stale = [...starts, ...stops, ...drains].filter(
    (order) => order.acknowledgedAt === null && order.masterEpoch < epochOf(order.runId),
  );
  if (stale.length > 0)
    await withdrawOrders(
      db,
      stale.map(({ orderId }) => orderId),
      'the master began another term',
    );
  await sendOrders(deps, requests);
}

const STRAY_GRACE_MS = 10_000;

const idsOf = (allocations: readonly { allocationId: string }[]): string[] => allocations.map(({ allocationId }) => allocationId);

type Tasks = ReadonlyMap<string, ReadTask>;
type EpochOf = (runId: string) => number;

function startRequest(
  { allocationId, taskId, runId, node, seq, epoch, replica }: TimedAllocation,
  { tasks, epochOf, sealed }: { tasks: Tasks; epochOf: EpochOf; sealed: ReadonlyMap<string, HexString> },
): OrderRequest[] {
  const task = tasks.get(taskId);
  if (task === undefined || !task.isReadable) return [];
  const registryAuth = sealed.get(`${taskId}/${node}`);
  const { specHash } = task;
  return [
    {
      runId,
      node,
      seq,
      masterEpoch: epochOf(runId),
      kind: 'start',
      allocationId,
      body: {
        allocationId,
        epoch,
        taskId,
        specHash,
        spec: task.spec,
        replica,
        ...(task.imageDigest === null ? {} : { imageDigest: task.imageDigest }),
        ...(registryAuth === undefined ? {} : { registryAuth }),
      },
    },
  ];
}

function stopRequest(
  { allocationId, taskId, runId, node, seq, epoch, stopReason }: TimedAllocation,
  tasks: Tasks,
  epochOf: EpochOf,
): OrderRequest[] {
  const task = tasks.get(taskId);
  if (task === undefined) return [];
  const body = { allocationId, epoch, graceMs: task.spec.graceMs, reason: stopReason ?? 'buyer' };
  return [{ runId, node, seq, masterEpoch: epochOf(runId), kind: 'stop', allocationId, body }];
}
