import { randomUUID } from 'node:crypto';
import {
  createAllocations,
  listLiveAllocations,
  listNewestAllocations,
  type NewAllocation,
  type TimedAllocation,
} from '@muster/db/repositories/allocations';
import type { NodeOverview } from '@muster/db/repositories/nodes';
import { listRefusals } from '@muster/db/repositories/refusals';
import { listCredentialHolders } from '@muster/db/repositories/sealed-credentials';
import { transitionTasks, type TaskTransition } from '@muster/db/repositories/tasks';
import type { PlacementNode, Promised } from '@muster/domain/placement';
import { demandOf } from '@muster/protocol/task-spec/defaults';
import { isTerminalTaskPhase } from '@muster/domain/task-phase';
import { ERROR_CODES } from '@muster/protocol/errors/codes';
import type { Deps } from '../../app/deps.ts';
import { runTopic } from '../../live/topics.ts';
import { standingNow } from './node-facts.ts';
import { NOTHING, offerOf, promisedOn, withDemand } from './demand.ts';
import { planTask, type TaskPlan } from './plan-task.ts';
import { servesRun, type Situation } from './reconcile-allocations.ts';
import { BLAMED_ON_NODE, refusingNodes } from './refusals.ts';
import type { ReadTask } from './task-spec-of.ts';

type TaskDeps = Pick<Deps, 'db' | 'live' | 'logger'>;

/** Places what is missing. Returns the phases that the tasks are in then. */
export async function placeTasks({ db, live, logger }: TaskDeps, situation: Situation): Promise<TaskTransition[]> {
  const { tasks, runs, nodes } = situation;
  if (tasks.length === 0) return [];
  const taskIds = tasks.map(({ taskId }) => taskId);
  const [newest, refused, used, credentials] = await Promise.all([
    listNewestAllocations(db, taskIds),
    listRefusals(db, taskIds, BLAMED_ON_NODE),
    promised(db, situation),
    listCredentialHolders(db, idsThatNeedCredentials(tasks)),
  ]);
  const replicas = byTask(newest);
  const refusals = byTask(refused);
  const sealed = byTask(credentials);
  const nodeOf = new Map(nodes.map((node) => [keyOf(node.registration), node]));
  const drafts: NewAllocation[] = [];
  const moves: TaskTransition[] = [];

  for (const task of tasks) {
    const { taskId, runId, spec } = task;
    const own = refusals.get(taskId) ?? [];
    const refusing = refusingNodes(own);
    const holders = task.needsCredentials ? new Set(sealed.get(taskId)?.map(({ node }) => node)) : null;
    const candidates = nodes.flatMap((node) => candidateFor(node, { situation, runId, used, refusing }));
    const runOpen = servesRun(runs.get(runId), situation);
    const plan = planTask({ task, spec, replicas: replicas.get(taskId) ?? [], nodes: candidates, holders, refusals: own, runOpen });
    for (const { replica, node } of plan.starts) {
      const key = `${runId}/${node}`;
      const host = nodeOf.get(key);
      if (host === undefined) continue;
      used.set(key, withDemand(used.get(key) ?? NOTHING, demandOf(spec), { gpus: offerOf(host).capacity.gpus }));
      const before = replicas.get(taskId)?.find((known) => known.replica === replica);
      drafts.push({
        allocationId: randomUUID(),
        taskId,
        runId,
        node,
        seq: host.registration.seq,
        replica,
        restarts: before?.epoch ?? 0,
        actor: 'master',
        reason: reasonFor(before),
      });
    }
    moves.push(...moveOf(task, plan, runOpen));
  }
  const placed = drafts.length === 0 ? [] : await createAllocations(db, drafts);
  for (const { allocationId, taskId, runId, node, replica, epoch } of placed)
    logger.info({ event: 'allocation.placed', runId, node, taskId, allocationId, replica, epoch }, 'placed a replica');
  live.publish(new Set(placed.map(({ runId }) => runTopic(runId, 'task'))));
  return moves;
}

/** Moves tasks to the phases that their replicas make. */
export async function moveTasks({ db, live, logger }: TaskDeps, { tasks }: Situation, moves: readonly TaskTransition[]): Promise<void> {
  if (moves.length === 0) return;
  const moved = await transitionTasks(db, moves);
  const unreadable = new Set(tasks.filter(({ isReadable }) => !isReadable).map(({ taskId }) => taskId));
  for (const { runId, taskId, phase } of moved.filter((row) => row.phase === 'Failed' && unreadable.has(row.taskId)))
    logger.error({ event: 'task.unreadable', runId, taskId, phase, code: 'TASK_SPEC_UNREADABLE' }, ERROR_CODES.TASK_SPEC_UNREADABLE.title);
  live.publish(new Set(moved.map(({ runId }) => runTopic(runId, 'task'))));
}

interface CandidateContext {
  situation: Situation;
  runId: string;
  used: ReadonlyMap<string, Promised>;
  refusing: ReadonlyMap<string, string>;
}

/**
 * What a node has to offer the run; nothing is placed on one whose approval is in doubt, nor before the first heartbeat of its session has said
 * what it takes: its owner may have drained it meanwhile.
 */
function candidateFor(overview: NodeOverview, { situation, runId, used, refusing }: CandidateContext): PlacementNode[] {
  const { registration, state, session } = overview;
  const run = situation.runs.get(runId);
  if (registration.runId !== runId || state === null || run === undefined) return [];
  if (session === null || session.heartbeatAt === null) return [];
  if (standingNow({ registration, run, nowMs: situation.nowMs }) !== 'Approved') return [];
  const { node } = registration;
  return [
    {
      node,
      phase: state.phase,
      offer: offerOf(overview),
      used: used.get(keyOf(registration)) ?? NOTHING,
      refuses: refusing.get(node) ?? null,
    },
  ];
}

const idsThatNeedCredentials = (tasks: readonly ReadTask[]): string[] =>
  tasks.flatMap(({ taskId, needsCredentials }) => (needsCredentials ? [taskId] : []));

const keyOf = ({ runId, node }: { runId: string; node: string }): string => `${runId}/${node}`;

function byTask<T extends { taskId: string }>(things: readonly T[]): Map<string, T[]> {
  return groupBy(things, ({ taskId }) => taskId);
}

function groupBy<T>(things: readonly T[], groupOf: (thing: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const thing of things) {
    const key = groupOf(thing);
    const group = groups.get(key);
    if (group) group.push(thing);
    else groups.set(key, [thing]);
  }
  return groups;
}

/** What each node has been promised to live allocations, of whatever task. */
async function promised(db: Deps['db'], { runs, tasks, nodes }: Situation): Promise<Map<string, Promised>> {
  const demands = new Map(tasks.map((task) => [task.taskId, demandOf(task.spec)]));
  const live = groupBy(await listLiveAllocations(db, [...runs.keys()]), keyOf);
  return new Map(nodes.map((node) => [keyOf(node.registration), promisedOn(node, live.get(keyOf(node.registration)) ?? [], demands)]));
}

const reasonFor = (before: TimedAllocation | undefined): string =>
  before === undefined ? 'placed' : `placed anew: the one before ended ${before.phase}`;

const UNREADABLE = `TASK_SPEC_UNREADABLE: ${ERROR_CODES.TASK_SPEC_UNREADABLE.title}`;

function moveOf(task: ReadTask, plan: TaskPlan, runOpen: boolean): TaskTransition[] {
  const to = !task.isReadable && isTerminalTaskPhase(plan.phase) ? 'Failed' : plan.phase;
  const why = task.isReadable ? (plan.reason ?? (runOpen ? null : 'the run is closed')) : UNREADABLE;
  // One that waits keeps its last reason until there is another.
  if (to === task.phase && (why === task.phaseReason || (to === 'Pending' && why === null))) return [];
  return [{ taskId: task.taskId, from: task.phase, to, actor: 'master', reason: why }];
}
