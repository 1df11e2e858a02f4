import { StepError } from '../../scripts/lib/steps.mjs';
import type { ManagedProcess } from './managed-process.ts';
import type { Network } from './network.ts';
import { waitFor } from './wait-for.ts';

interface NodeRow {
  node: string;
  phase: string;
}

interface TaskView {
  phase: string;
  phaseReason: string | null;
}

/** Waits until a node of the run is healthy, as the buyer's own command line sees it. */
export async function waitForNode({ buyer }: Network, runId: string, miner: ManagedProcess, timeoutMs = 240_000): Promise<string> {
  let last = 'no node yet';
  const healthy = await waitFor(
    async () => {
      const { items } = await buyer.run<{ items: NodeRow[] }>(['nodes', runId]);
      last = items.map(({ node, phase }) => `${node} ${phase}`).join(', ') || last;
      return items.find(({ phase }) => phase === 'Healthy');
    },
    { timeoutMs, intervalMs: 500, stopWhen: () => !miner.running },
  );
  if (healthy) return healthy.node;
  throw new StepError(`The miner did not become healthy (${last}):\n${miner.lastLines()}`, 'Read the logs of miner, validator and web.');
}

/** Waits until a task runs; a task that ended instead says why. */
export async function waitForTask({ buyer }: Network, taskId: string, phases = ['Running'], timeoutMs = 240_000): Promise<string> {
  let last: TaskView | undefined;
  const reached = await waitFor(
    async () => {
      last = await buyer.run<TaskView>(['task', 'show', taskId]);
      return phases.includes(last.phase) ? last.phase : undefined;
    },
    { timeoutMs, intervalMs: 300, stopWhen: () => last?.phase === 'Failed' && !phases.includes('Failed') },
  );
  if (reached) return reached;
  throw new StepError(
    `Task ${taskId} is ${last?.phase ?? 'unknown'} (${last?.phaseReason ?? 'no reason given'}), not ${phases.join(' or ')}.`,
    'Read the logs of miner and web.',
  );
}
