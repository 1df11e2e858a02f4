import { AppError } from '@muster/protocol/errors/app-error';
import type { Config } from '../config.ts';
import { createDockerRuntime } from '../adapters/docker/docker-runtime.ts';
import { connectAgent } from '../operator/control-client.ts';
import { reportFromDisk } from '../operator/report-from-disk.ts';
import { whereaboutsOf } from '../operator/whereabouts.ts';
import { runDirectory } from '../state/open-stores.ts';
import { imagesFileIn } from '../images/open-images.ts';
import { AGENT_VERSION } from '../version.ts';
import { print, printJson } from './print.ts';
import { renderStatus, type NodeStatus } from './render-status.ts';
import { openSurroundings, type Surroundings } from './surroundings.ts';

/** Where the node stands in the phases, whose turn it is, and what it runs: from the running agent and the chain, else from disk and Docker. Reads only. */
export async function statusCommand(config: Config, { json = false }: { json?: boolean }): Promise<void> {
  const status = await readStatus(config);
  if (json) return printJson(status);
  print(renderStatus(status, { now: Date.now() }));
}

export async function readStatus(config: Config): Promise<NodeStatus> {
  const surroundings = await openSurroundings(config);
  const { identity, runId } = surroundings;
  const { node } = identity;
  const [chain, agent] = await Promise.all([readChain(surroundings), connectAgent(config.dataDir)]);
  const report = agent
    ? await agent.report()
    : await reportFromDisk({
        version: AGENT_VERSION,
        directory: runDirectory(config.dataDir, identity),
        imagesFile: imagesFileIn(config.dataDir),
        node,
        runtime: createDockerRuntime({ dockerHost: config.dockerHost }),
        now: Date.now(),
      });
  const where = whereaboutsOf({ standing: chain?.standing ?? null, runClosed: chain?.runClosed ?? false, report });
  return { runId, node, ...where, chain, agent: report };
}

/** Null when the RPC does not answer: what the agent knows is shown all the same. */
async function readChain({ chain }: Surroundings): Promise<NodeStatus['chain']> {
  try {
    const [run, registration] = await Promise.all([chain.readRun(), chain.readRegistration()]);
    return {
      standing: registration?.standing ?? 'None',
      seq: registration?.seq ?? 0,
      provider: registration?.provider ?? null,
      master: run.master,
      runClosed: run.closedAt !== null,
    };
  } catch (error) {
    if (AppError.is(error, 'RPC_UNAVAILABLE')) return null;
    throw error;
  }
}
