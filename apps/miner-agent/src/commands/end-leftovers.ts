import { join } from 'node:path';
import type { ContainerRuntime } from '../ports/container-runtime.ts';
import { LABEL, readLabels, roleLabels } from '../reconcile/labels.ts';
import { openAllocationStore } from '../state/allocation-store.ts';
import { runDirectory } from '../state/open-stores.ts';
import type { AgentState } from '../state/agent-state.ts';

export interface LeftoversInput {
  runtime: Pick<ContainerRuntime, 'listContainers' | 'stopContainer'>;
  dataDir: string;
  identity: AgentState['identity'];
}

/** For containers of which no record is left. */
const GRACE_MS = 10_000;

/**
 * Ends what runs for the node's part in the run, each with its own grace, where no agent runs that would. Their last words and exit codes stay
 * with the containers. Returns how many.
 */
export async function endLeftovers({ runtime, dataDir, identity }: LeftoversInput): Promise<number> {
  const { node, runId } = identity;
  const records = await openAllocationStore(join(runDirectory(dataDir, identity), 'allocations'));
  const found = await runtime.listContainers({ ...roleLabels(node, 'allocation'), [LABEL.run]: runId });
  const running = found.flatMap(({ id, labels, pid }) => {
    const owner = pid === null ? null : readLabels(labels, node);
    return owner === null ? [] : [{ id, graceMs: records.get(owner.allocationId)?.spec.graceMs ?? GRACE_MS }];
  });
  await Promise.all(running.map(({ id, graceMs }) => runtime.stopContainer(id, graceMs)));
  return running.length;
}
