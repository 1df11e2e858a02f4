import { resolve } from 'node:path';
import { isLive } from '@muster/domain/registry/standing';
import { AppError } from '@muster/protocol/errors/app-error';
import { systemClock } from '@muster/runtime/clock';
import type { Config } from '../config.ts';
import { createDockerRuntime } from '../adapters/docker/docker-runtime.ts';
import { createSystemd } from '../adapters/host/systemd.ts';
import { servesData, UNIT_NAME } from '../service/unit.ts';
import { connectAgent, type ControlClient } from '../operator/control-client.ts';
import { deadlineOf } from './drain.ts';
import { endLeftovers } from './end-leftovers.ts';
import { print } from './print.ts';
import { openSurroundings, type Surroundings } from './surroundings.ts';
import type { Terminal } from './terminal.ts';

export interface LeaveOptions {
  by?: string;
  now?: boolean;
  yes?: boolean;
}

const LOOK_MS = 500;
/** For the last lines of logs, once nothing runs any more; a master that is out of reach keeps nobody. */
const DELIVERY_MS = 30_000;

/**
 * Lets what runs come to its end (or, without --by, stops it gracefully), then leaves: one transaction, by the provider's key if it is here,
 * else by the node's own. The running agent sees it on chain and ends; where none runs, what it left running is ended here.
 */
export async function leaveCommand(config: Config, { by, now = false, yes = false }: LeaveOptions, terminal: Terminal): Promise<void> {
  const deadline = deadlineOf(by, Date.now());
  const surroundings = await openSurroundings(config);
  const { chain, runId, keys } = surroundings;
  const node = keys.signer.address;
  await requireLive(surroundings);
  if (
    !yes &&
    terminal.isInteractive &&
    !(await terminal.confirm(`Leave run ${runId} with node ${node}? It can register again after the cooldown.`))
  ) {
    print('Nothing was done.');
    return;
  }
  const agent = await connectAgent(config.dataDir);
  if (agent && !now) await drainBefore(agent, deadline);
  const { txHash } = await chain.leave();
  print(`Node ${node} has left run ${runId} (transaction ${txHash}).`);
  if (!agent) await endWithoutAgent(config, surroundings);
  await keepServiceAway(resolve(config.dataDir));
}

async function endWithoutAgent({ dataDir, dockerHost }: Config, { identity }: Surroundings): Promise<void> {
  const runtime = createDockerRuntime({ dockerHost });
  const ended = await endLeftovers({ runtime, dataDir, identity }).catch((error: unknown) => {
    print('No agent runs here, and what it left running could not be ended: it ends with the next start of the agent.');
    throw error;
  });
  if (ended === 1) print('No agent runs here: 1 container that it had left running was ended.');
  if (ended > 1) print(`No agent runs here: ${ended} containers that it had left running were ended.`);
}

/** A service that starts with the machine would register the node anew, against its owner's wish. */
async function keepServiceAway(dataDir: string): Promise<void> {
  const systemd = createSystemd();
  const unit = await systemd.read(UNIT_NAME);
  if (unit === null || !servesData(unit, dataDir)) return;
  try {
    await systemd.disable(UNIT_NAME);
    print(`${UNIT_NAME} does not start with the machine any more; \`sudo systemctl enable --now muster-miner\` registers the node again.`);
  } catch {
    print(`${UNIT_NAME} would register the node again when the machine starts: sudo systemctl disable muster-miner`);
  }
}

async function requireLive({ chain, runId, keys }: Surroundings): Promise<void> {
  const registration = await chain.readRegistration();
  if (registration && isLive(registration.standing)) return;
  throw new AppError('NOT_REGISTERED', {
    publicMessage: `Node ${keys.signer.address} has no live registration in run ${runId} (${registration?.standing ?? 'None'})`,
  });
}

/** Ctrl-C while it waits leaves the node drained, and registered. Without a deadline what runs is stopped now. */
async function drainBefore(agent: ControlClient, deadline: number | null): Promise<void> {
  await agent.drain({ reason: 'the node leaves the run', deadline: deadline ?? Date.now(), since: Date.now() });
  const how = deadline === null ? 'it is stopped gracefully' : `it is stopped at ${new Date(deadline).toLocaleString()}`;
  let left = -1;
  let endedAt: number | null = null;
  for (;;) {
    const { allocations, spool } = await agent.report();
    const live = allocations.filter(({ phase }) => !ENDED.has(phase)).length;
    if (live !== left && live > 0) print(`Waiting for what still runs, ${live} in all; ${how} …`);
    left = live;
    if (live === 0) endedAt ??= performance.now();
    if (endedAt !== null && (spool.chunks === 0 || performance.now() - endedAt > DELIVERY_MS)) return;
    await systemClock.sleep(LOOK_MS);
  }
}

const ENDED: ReadonlySet<string> = new Set(['Succeeded', 'Failed', 'Cancelled', 'Lost']);
