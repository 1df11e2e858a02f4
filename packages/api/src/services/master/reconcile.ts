import { listLiveAllocations } from '@muster/db/repositories/allocations';
import { findFinalizedTime, listRunsToReconcile } from '@muster/db/repositories/master-work';
import { listNodesOfRuns, type NodeOverview } from '@muster/db/repositories/nodes';
import { endSessions } from '@muster/db/repositories/sessions';
import { listOpenTasks } from '@muster/db/repositories/tasks';
import { isTerminalNodePhase } from '@muster/domain/node-lifecycle';
import type { Deps } from '../../app/deps.ts';
import { reconcileAllocations, type Situation } from './reconcile-allocations.ts';
import { reconcileNodes } from './reconcile-nodes.ts';
import { reconcileOrders } from './reconcile-orders.ts';
import { moveTasks, placeTasks } from './reconcile-tasks.ts';
import { readTask } from './task-spec-of.ts';

/** One turn of the loop: rows in, rows out. A turn that is missed, repeated or cut short is made good by the next. */
export async function reconcile(deps: Deps, { listeningSinceMs }: { listeningSinceMs: number }): Promise<void> {
  const { db, clock, settings, signer } = deps;
  const master = signer.address;
  // What is final is known before the nodes are read: an end that they tell of and that is taken back meanwhile has not come to that.
  const [finalized, served] = await Promise.all([findFinalizedTime(db, settings), listRunsToReconcile(db, master)]);
  const runs = new Map(served.map((run) => [run.runId, run]));
  if (runs.size === 0) return;
  const nowMs = clock.now();
  const runIds = [...runs.keys()];
  const [tasks, known] = await Promise.all([listOpenTasks(db, runIds), listNodesOfRuns(db, runIds)]);
  const finalizedMs = finalized?.getTime() ?? 0;
  const nodes = await reconcileNodes(deps, { runs, known }, { nowMs, heartbeatMs: settings.heartbeatMs, listeningSinceMs, finalizedMs });
  const situation: Situation = { runs, nodes, tasks: tasks.map(readTask), master, nowMs, finalizedMs, listeningSinceMs };
  await reconcileAllocations(deps, situation);
  const moves = await placeTasks(deps, situation);
  // A container waits for its order; the phase of its task is for people.
  await Promise.all([reconcileOrders(deps, situation), moveTasks(deps, situation, moves)]);
  await closeSessions(deps, situation);
}

/**
 * A node that is done with the run keeps its session until its last container has ended; then nothing is left to say. Where the run has
 * named another master, this one has nothing more to say at once.
 */
async function closeSessions({ db, logger }: Deps, { runs, nodes, master }: Situation): Promise<void> {
  const foreign = (runId: string): boolean => runs.get(runId)?.master !== master;
  const gone = nodes.filter((node) => node.session !== null && (isGone(node) || foreign(node.registration.runId)));
  if (gone.length === 0) return;
  const busy = new Set((await listLiveAllocations(db, [...runs.keys()])).map(({ runId, node }) => `${runId}/${node}`));
  const done = gone
    .map(({ registration: { runId, node } }) => ({ runId, node }))
    .filter(({ runId, node }) => foreign(runId) || !busy.has(`${runId}/${node}`));
  const ended = await endSessions(db, done);
  if (ended > 0) logger.info({ event: 'sessions.closed', sessions: ended }, 'closed the sessions of nodes that are done');
}

const isGone = ({ state }: NodeOverview): boolean => state !== null && isTerminalNodePhase(state.phase);
