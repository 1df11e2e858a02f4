import { randomUUID } from 'node:crypto';
import {
  createAllocations,
  listLiveAllocations,
  listNewestAllocations,
  type NewAllocation,
  type TimedAllocation,
} from '@muster/db/repositories/allocations';
import type { NodeOverview } from '@muster/db/repositories/nodes';
import { transitionTasks, type OpenTask, type TaskTransition } from '@muster/db/repositories/tasks';
import type { PlacementNode, Resources } from '@muster/domain/placement';
import type { Deps } from '../../app/deps.ts';
import { runTopic } from '../../live/topics.ts';
import { standingNow } from './node-facts.ts';
import { capacityOf, demandOf, NOTHING, sumOf } from './demand.ts';
import { planTask, type TaskPlan } from './plan-task.ts';
import { servesRun, type Situation } from './reconcile-allocations.ts';
import { specOf } from './task-spec-of.ts';

/** Places what is missing and moves every task to the phase that its replicas make. */
export async function reconcileTasks({ db, live, logger }: Pick<Deps, 'db' | 'live' | 'logger'>, situation: Situation): Promise<void> {
  const { tasks, runs, nodes } = situation;
  if (tasks.length === 0) return;
  const replicas = byTask(
    await listNewestAllocations(
      db,
      tasks.map(({ taskId }) => taskId),
    ),
  );
  const used = await promised(db, situation);
  const seqOf = new Map(nodes.map(({ registration: { runId, node, seq } }) => [`${runId}/${node}`, seq]));
  const drafts: NewAllocation[] = [];
  const moves: TaskTransition[] = [];

  for (const task of tasks) {
    const { taskId, runId } = task;
    const spec = specOf(task);
    const candidates = nodes.flatMap((node) => candidateFor(node, { situation, runId, used }));
    const runOpen = servesRun(runs.get(runId), situation);
    const plan = planTask({ task, spec, replicas: replicas.get(taskId) ?? [], nodes: candidates, runOpen });
    for (const { replica, node } of plan.starts) {
      const key = `${runId}/${node}`;
      used.set(key, sumOf(used.get(key) ?? NOTHING, demandOf(spec)));
      const before = replicas.get(taskId)?.find((known) => known.replica === replica);
      drafts.push({
        allocationId: randomUUID(),
        taskId,
        runId,
        node,
        seq: seqOf.get(key) ?? 0,
        replica,
        restarts: before?.epoch ?? 0,
        actor: 'master',
        reason: reasonFor(before),
      });
    }
    moves.push(...moveOf(task, plan, runOpen));
  }
  const placed = drafts.length === 0 ? [] : await createAllocations(db, drafts);
  const moved = moves.length === 0 ? [] : await transitionTasks(db, moves);
  for (const { allocationId, taskId, runId, node, replica, epoch } of placed)
    logger.info({ event: 'allocation.placed', runId, node, taskId, allocationId, replica, epoch }, 'placed a replica');
  live.publish(new Set([...placed, ...moved].map(({ runId }) => runTopic(runId, 'task'))));
}

/** What a node has to offer the run; nothing is placed on one whose approval is in doubt. */
function candidateFor(
  { registration, state }: NodeOverview,
  { situation, runId, used }: { situation: Situation; runId: string; used: ReadonlyMap<string, Resources> },
): PlacementNode[] {
  const run = situation.runs.get(runId);
  if (registration.runId !== runId || state === null || run === undefined) return [];
  if (standingNow({ registration, run, nowMs: situation.nowMs }) !== 'Approved') return [];
  const { node } = registration;
  return [{ node, phase: state.phase, capacity: capacityOf(state.capabilities), used: used.get(`${runId}/${node}`) ?? NOTHING }];
}

function byTask(allocations: readonly TimedAllocation[]): Map<string, TimedAllocation[]> {
  const groups = new Map<string, TimedAllocation[]>();
  for (const allocation of allocations) {
    const group = groups.get(allocation.taskId);
    if (group) group.push(allocation);
    else groups.set(allocation.taskId, [allocation]);
  }
  return groups;
}

/** What each node has been promised to live allocations, of whatever task. */
async function promised(db: Deps['db'], { runs, tasks }: Situation): Promise<Map<string, Resources>> {
  const demands = new Map(tasks.map((task) => [task.taskId, demandOf(specOf(task))]));
  const used = new Map<string, Resources>();
  for (const { runId, node, taskId } of await listLiveAllocations(db, [...runs.keys()])) {
    const key = `${runId}/${node}`;
    used.set(key, sumOf(used.get(key) ?? NOTHING, demands.get(taskId) ?? NOTHING));
  }
  return used;
}

const reasonFor = (before: TimedAllocation | undefined): string =>
  before === undefined ? 'placed' : `placed anew: the one before ended ${before.phase}`;

function moveOf(task: OpenTask, plan: TaskPlan, runOpen: boolean): TaskTransition[] {
  const why = plan.reason ?? (runOpen ? null : 'the run is closed');
  if (plan.phase === task.phase && (plan.phase !== 'Pending' || why === task.phaseReason || why === null)) return [];
  return [{ taskId: task.taskId, from: task.phase, to: plan.phase, actor: 'master', reason: why ?? `its replicas make it ${plan.phase}` }];
}
