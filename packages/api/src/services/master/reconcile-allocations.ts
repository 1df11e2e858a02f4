import { listLiveAllocations, stopAllocations, type TimedAllocation } from '@muster/db/repositories/allocations';
import { transitionAllocations, type AllocationTransition } from '@muster/db/repositories/allocation-transitions';
import type { NodeOverview } from '@muster/db/repositories/nodes';
import type { AllocationPhase } from '@muster/domain/allocation-lifecycle';
import { appendTimeline } from '@muster/db/repositories/timeline';
import type { AllocationRow, RunRow } from '@muster/db/rows';
import type { Deps } from '../../app/deps.ts';
import { runTopic } from '../../live/topics.ts';
import { beatOf } from '../session/beat-of.ts';
import { idleTimes } from './idle-times.ts';
import { isOpen } from './node-facts.ts';
import { planAllocation, type NodeOfAllocation } from './plan-allocation.ts';
import type { RunsById } from './reconcile-nodes.ts';
import type { ReadTask } from './task-spec-of.ts';

export type Situation = {
  runs: RunsById;
  nodes: readonly NodeOverview[];
  tasks: readonly ReadTask[];
  master: string;
  nowMs: number;
  finalizedMs: number;
  /** Since when this master has listened without a break. */
  listeningSinceMs: number;
};

/** Whether this master may give the run work. */
export const servesRun = (run: RunRow | undefined, { master, finalizedMs }: Pick<Situation, 'master' | 'finalizedMs'>): boolean =>
  run !== undefined && run.master === master && isOpen(run, finalizedMs);

/** Ends, suspends and stops containers as their nodes, tasks and runs call for. Stopping is asked for here; the order follows. */
export async function reconcileAllocations(deps: Pick<Deps, 'db' | 'live' | 'settings' | 'logger'>, situation: Situation): Promise<void> {
  const { db, live, settings, logger } = deps;
  const allocations = await listLiveAllocations(db, [...situation.runs.keys()]);
  const nodes = new Map(situation.nodes.map((node) => [`${node.registration.runId}/${node.registration.node}`, node]));
  const tasks = new Map(situation.tasks.map((task) => [task.taskId, task]));
  const idleOf = idleTimes(allocations, situation);
  const moves: AllocationTransition[] = [];
  const stops: { allocationId: string; reason: string }[] = [];
  const silent = new Set<string>();

  for (const allocation of allocations) {
    const { allocationId, runId, epoch, phase } = allocation;
    const run = situation.runs.get(runId);
    const task = tasks.get(allocation.taskId);
    if (run === undefined || task === undefined) continue;
    const runOpen = servesRun(run, situation);
    const node = nodeOf(allocation, nodes.get(`${runId}/${allocation.node}`), {
      nowMs: situation.nowMs,
      lostAfterMs: settings.lostAfterMs,
    });
    const plan = planAllocation({
      allocation,
      task,
      spec: task.spec,
      node,
      runOpen,
      elsewhere: run.master !== situation.master,
      lostAfterMs: settings.lostAfterMs,
      startWithinMs: settings.startWithinMs,
      idleMs: idleOf(allocation),
    });
    if (plan.move) {
      const { to, reason, error } = plan.move;
      moves.push({ allocationId, epoch, from: phase, to, actor: 'master', reason, ...(error ? { patch: { error } } : {}) });
      if (error?.code === 'STOP_TIMED_OUT') silent.add(allocationId);
    }
    if (plan.stop) stops.push({ allocationId, reason: plan.stop });
  }
  const moved = await transitionAllocations(db, moves);
  await tellOfSilentStops(
    db,
    moved.filter(({ allocationId }) => silent.has(allocationId)),
  );
  const stopped = stops.length === 0 ? [] : await stopAllocations(db, stops);
  for (const { allocationId, runId, node, phase, phaseReason } of moved)
    logger.info({ event: 'allocation.phase', runId, node, allocationId, phase, reason: phaseReason }, 'the master moved an allocation');
  live.publish(new Set([...moved, ...stopped].map(({ runId }) => runTopic(runId, 'task'))));
}

/** It is the node's doing, so its own timeline has it too. */
const tellOfSilentStops = (db: Deps['db'], ended: readonly AllocationRow[]): Promise<void> =>
  appendTimeline(
    db.pool,
    ended.map(({ runId, node, allocationId, phaseReason }) => ({
      runId,
      actor: 'master',
      subject: node,
      kind: 'node',
      from: null,
      to: 'STOP_TIMED_OUT',
      reason: `allocation ${allocationId}: ${phaseReason}`,
    })),
  );

function nodeOf(
  allocation: TimedAllocation,
  node: NodeOverview | undefined,
  { nowMs, lostAfterMs }: { nowMs: number; lostAfterMs: number },
): NodeOfAllocation | null {
  const state = node?.state ?? null;
  if (node === undefined || state === null) return null;
  const { session } = node;
  return {
    phase: state.phase,
    sameRegistration: state.seq === allocation.seq && node.registration.seq === allocation.seq,
    phaseForMs: nowMs - state.phaseSince.getTime(),
    reachable: session !== null && session.seq === allocation.seq && session.silentMs <= lostAfterMs,
    observed: observedIn(node, allocation),
  };
}

/** What the newest heartbeat says of the allocation, under its present epoch. */
const observedIn = (node: NodeOverview, { allocationId, epoch }: TimedAllocation): AllocationPhase | null =>
  beatOf(node)?.allocations.find((seen) => seen.allocationId === allocationId && seen.epoch === epoch)?.phase ?? null;
