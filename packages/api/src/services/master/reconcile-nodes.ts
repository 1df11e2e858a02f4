import type { NodeOverview } from '@muster/db/repositories/nodes';
import { beginNodeLives, transitionNodes, type NodeTransition } from '@muster/db/repositories/node-states';
import type { RunRow } from '@muster/db/rows';
import { isLive } from '@muster/domain/registry/standing';
import type { Deps } from '../../app/deps.ts';
import { runTopic } from '../../live/topics.ts';
import { stepsOfNode, type NodeMoment, type NodeStep } from './node-facts.ts';

export type RunsById = ReadonlyMap<string, RunRow>;

/** Brings every node to the phase that its registration, its invite and its heartbeats call for. Returns the nodes as they then are. */
export async function reconcileNodes(
  deps: Pick<Deps, 'db' | 'live' | 'logger'>,
  { runs, known }: { runs: RunsById; known: readonly NodeOverview[] },
  moment: NodeMoment,
): Promise<NodeOverview[]> {
  const { db, live } = deps;
  const nodes = await withLives(deps, known);
  const plans = nodes.map((node) => ({ node, steps: stepsFor(node, runs, moment) }));
  const deepest = Math.max(0, ...plans.map(({ steps }) => steps.length));
  // The n-th step of every node in one statement: most turns have none, and none has more than a few.
  for (let depth = 0; depth < deepest; depth += 1) {
    const transitions = plans.flatMap(({ node, steps }) => transitionOf(node, steps[depth]));
    const moved = await transitionNodes(db, transitions);
    for (const state of moved) {
      const plan = plans.find(({ node }) => node.state?.runId === state.runId && node.state.node === state.node);
      if (plan) plan.node = { ...plan.node, state };
      deps.logger.info(
        { event: 'node.phase', runId: state.runId, node: state.node, phase: state.phase, reason: state.phaseReason },
        'a node changed its phase',
      );
    }
    live.publish(new Set(moved.map(({ runId }) => runTopic(runId, 'node'))));
  }
  return plans.map(({ node }) => node);
}

const stepsFor = (node: NodeOverview, runs: RunsById, moment: NodeMoment): NodeStep[] => {
  const run = runs.get(node.registration.runId);
  return run === undefined ? [] : stepsOfNode(node, run, moment);
};

/** Begins the life of registrations that are seen for the first time. */
async function withLives({ db, live }: Pick<Deps, 'db' | 'live'>, nodes: readonly NodeOverview[]): Promise<NodeOverview[]> {
  const fresh = nodes.filter(
    ({ registration, state }) => isLive(registration.standing) && (state === null || state.seq < registration.seq),
  );
  if (fresh.length === 0) return [...nodes];
  const begun = await beginNodeLives(
    db,
    fresh.map(({ registration: { runId, node, seq, provider } }) => ({
      runId,
      node,
      seq,
      actor: provider,
      reason: `registration ${seq} on chain`,
    })),
  );
  live.publish(new Set(begun.map(({ runId }) => runTopic(runId, 'node'))));
  const states = new Map(begun.map((state) => [`${state.runId}/${state.node}`, state]));
  return nodes.map((node) => ({ ...node, state: states.get(`${node.registration.runId}/${node.registration.node}`) ?? node.state }));
}

function transitionOf({ state }: NodeOverview, step: NodeStep | undefined): NodeTransition[] {
  if (state === null || step === undefined) return [];
  const { runId, node, seq } = state;
  return [{ runId, node, seq, from: step.from, to: step.to, actor: 'master', reason: step.reason }];
}
