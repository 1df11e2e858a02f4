import { join } from 'node:path';
import { readJsonFile } from '@muster/runtime/atomic-file';
import type { Standing } from '@muster/domain/registry/standing';
import { createDockerRuntime } from '../adapters/docker/docker-runtime.ts';
import type { Config } from '../config.ts';
import { LABEL, readLabels } from '../reconcile/labels.ts';
import { knownAllocations } from '../state/allocation-store.ts';
import { agentStateSchema, type AgentState } from '../state/agent-state.ts';
import { runDirectory } from '../state/open-stores.ts';
import { print, printJson } from './print.ts';
import { openSurroundings } from './surroundings.ts';

/** Where the node stands in the phases, whose turn it is, and what it runs. Reads only: chain, own files, Docker. */
export async function statusCommand(config: Config, { json = false }: { json?: boolean }): Promise<void> {
  const { chain, keys, runId } = await openSurroundings(config);
  const node = keys.signer.address;
  const identity = { chainId: config.network.chainId, registry: config.addresses.registry, runId };
  const directory = runDirectory(config.dataDir, identity);
  const [run, registration, state, known] = await Promise.all([
    chain.readRun(),
    chain.readRegistration(),
    readJsonFile(join(directory, 'agent.json'), agentStateSchema),
    knownAllocations(join(directory, 'allocations')),
  ]);
  const standing = registration?.standing ?? 'None';
  const found = await createDockerRuntime({ dockerHost: config.dockerHost }).listContainers({
    [LABEL.node]: node,
    [LABEL.role]: 'allocation',
  });
  const containers = found.flatMap(({ id, labels, state: phase }) => {
    const owner = readLabels(labels, node);
    if (!owner) return [];
    const { allocationId, taskId } = owner;
    return [{ containerId: id.slice(0, 12), allocationId, taskId, state: phase, orphan: !known.has(allocationId) }];
  });
  const next = nextOf(standing, state);
  if (json)
    return printJson({
      runId,
      node,
      standing,
      seq: registration?.seq ?? 0,
      provider: registration?.provider ?? null,
      master: run.master,
      next,
      containers,
    });
  print(`run      ${runId}${run.closedAt === null ? '' : ' (closed)'}\nnode     ${node}\nstanding ${standing}\nnext     ${next}`);
  for (const { containerId, taskId, state: phase, orphan } of containers)
    print(
      orphan
        ? `orphan   ${containerId} ${phase} for task ${taskId}: no order knows it; the agent removes it after MUSTER_ORPHAN_GRACE_MS`
        : `runs     ${containerId} ${phase} for task ${taskId}`,
    );
}

function nextOf(standing: Standing, state: AgentState | null): string {
  if (standing === 'None')
    return state?.registration ? "the provider's turn: use the consent link (muster-miner consent)" : 'your turn: start the agent';
  if (standing === 'Pending') return "the validators' turn: they will challenge this node";
  if (standing === 'Approved')
    return state?.invite ? 'serving: the master gives out the work' : "the master's turn: it will invite this node";
  return 'this registration is over; start the agent to register again after the cooldown';
}
