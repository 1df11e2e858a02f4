import { performance } from 'node:perf_hooks';
import { checkDeployment } from '@muster/chain/actions/check-deployment';
import { createChainClient } from '@muster/chain/clients';
import { capabilitiesHash } from '@muster/protocol/capabilities';
import { AppError } from '@muster/protocol/errors/app-error';
import { musterDomain } from '@muster/protocol/messages/domain';
import type { Lifetime } from '@muster/runtime/lifetime';
import type { Logger } from '@muster/runtime/logger';
import { every } from '@muster/runtime/poll';
import { retry } from '@muster/runtime/retry';
import { createRunChain } from './adapters/chain/run-chain.ts';
import { createDiscoveryClient } from './adapters/discovery/discovery-client.ts';
import { createDockerRuntime } from './adapters/docker/docker-runtime.ts';
import { createSystemHost } from './adapters/host/system-host.ts';
import { requireRunId, type Config } from './config.ts';
import { runDoctor } from './doctor/run-doctor.ts';
import { loadKeys } from './keys.ts';
import { announceLoop } from './loops/announce.ts';
import { ensureRegistered } from './loops/register.ts';
import { watchChain } from './loops/watch-chain.ts';
import { startInbound } from './server/start-inbound.ts';
import { openAgentStores } from './state/open-stores.ts';
import { createTenancy } from './tenancy.ts';

/** One node of one run, from start to end: this page is the whole agent. Resolves when it has stopped. */
export async function runAgent(config: Config, { logger: root, lifetime }: { logger: Logger; lifetime: Lifetime }): Promise<void> {
  const runId = requireRunId(config);
  const { network, addresses } = config;
  const client = createChainClient({ chainId: network.chainId, rpcUrl: config.rpcUrl });
  const keys = await loadKeys(config, client, lifetime.signal);
  const { signer } = keys;
  const logger = root.child({ runId, node: signer.address });
  const domain = musterDomain({ chainId: network.chainId, registry: addresses.registry });
  const work = new AbortController();
  const { signal } = work;
  const now = Date.now;
  const monotonic = () => performance.now();

  const stores = await openAgentStores({
    dataDir: config.dataDir,
    identity: { chainId: network.chainId, registry: addresses.registry, runId, node: signer.address },
    now,
  });
  lifetime.onStop(() => stores.release());

  const host = createSystemHost();
  const runtime = createDockerRuntime({ dockerHost: config.dockerHost });
  const chain = createRunChain({
    client,
    network,
    registry: addresses.registry,
    runId,
    node: signer.address,
    provider: keys.provider,
    self: keys.self,
  });
  const doctor = await runDoctor({
    host,
    runtime,
    dataDir: config.dataDir,
    dockerHost: config.dockerHost,
    endpoint: config.endpoint,
    now,
    readChainTime: () => chain.readTime().catch(() => null),
  });
  for (const { id, ok, severity, reason, fix } of doctor.checks) {
    if (!ok) logger[severity === 'error' ? 'error' : 'warn']({ event: 'doctor.check', check: id, severity, fix }, `${reason}. ${fix}`);
  }
  const [broken] = doctor.checks.filter(({ ok, severity }) => !ok && severity === 'error');
  if (broken?.id === 'docker') throw new AppError('DOCKER_UNAVAILABLE', { publicMessage: broken.reason, hint: broken.fix });
  if (broken || !doctor.capabilities) throw new AppError('TOOL_MISSING', { publicMessage: broken?.reason, hint: broken?.fix });

  const allowPrivate = network.isDev;
  const tenancy = await createTenancy({
    config,
    stores,
    runtime,
    host,
    signer,
    domain,
    runId,
    allowPrivate,
    logger,
    now,
    monotonic,
    signal,
  });
  const inbound = await startInbound({
    config,
    chain,
    stores,
    tenancy,
    runtime,
    signer,
    domain,
    runId,
    allowPrivate,
    host,
    logger,
    now,
    monotonic,
    signal,
    fallback: doctor.capabilities,
  });
  lifetime.onStop(() => inbound.close());
  logger.info(
    { event: 'ready', endpoint: inbound.endpoint, capabilitiesHash: capabilitiesHash(doctor.capabilities), dataDir: config.dataDir },
    'the machine is checked and the agent listens',
  );

  const running = tenancy.run();
  lifetime.onStop(async () => {
    if (config.stopContainersOnExit) await tenancy.stopAll({ phase: 'Lost', reason: 'the agent was shut down' });
    work.abort(new Error('the agent stops'));
    await running;
  });

  await retry(() => checkDeployment({ client, registry: addresses.registry }), {
    signal: lifetime.signal,
    baseMs: 500,
    maxMs: 15_000,
    retryable: (error) => AppError.is(error, 'RPC_UNAVAILABLE'),
    onError: (err, { delayMs }) => logger.warn({ event: 'rpc.unavailable', retryInMs: delayMs, err }, "the chain's RPC does not answer"),
  });
  const registration = await ensureRegistered({
    chain,
    domain,
    signer,
    logger,
    state: stores.state,
    capabilities: doctor.capabilities,
    provider: keys.providerAddress,
    canPay: keys.provider !== null,
    dashboardUrl: config.dashboardUrl,
    pollMs: pollMsOf(config),
    signal: lifetime.signal,
  });

  const announcing = announceLoop({
    discovery: createDiscoveryClient({ allowPrivate, signal }),
    endpoint: inbound.endpoint,
    encryptionKey: stores.encryptionKey.publicKey,
    readDiscoveryUri: async () => (await chain.readRun()).discoveryUri,
    registration,
    state: stores.state,
    domain,
    signer,
    logger,
    now,
    signal,
  });
  let ending: Promise<void> | null = null;
  const watching = watchChain({
    chain,
    seq: registration.seq,
    state: stores.state,
    pollMs: pollMsOf(config),
    logger,
    signal,
    onMasterChanged: () => tenancy.inviteChanged(),
    onEnded: (standing) => {
      ending ??= tenancy
        .stopAll({ phase: 'Cancelled', reason: `the registration ended: ${standing}` })
        .then(() => logger.info({ event: 'ended', standing }, `the node's part in run ${runId} is over: ${standing}`))
        .then(() => lifetime.stop(`the registration ended: ${standing}`));
    },
  });
  const housekeeping = every(60_000, () => tenancy.forgetFinished(), {
    signal,
    onError: (err) => logger.warn({ event: 'housekeeping.failed', err }, 'housekeeping failed'),
  });
  await Promise.all([announcing.catch(ignoreStop(signal)), watching, housekeeping, running]);
}

const pollMsOf = ({ network }: Config): number => (network.isDev ? 1_000 : 15_000);

/** Stopping is how a loop ends, not how it fails. */
const ignoreStop = (signal: AbortSignal) => (error: unknown) => {
  if (!signal.aborted) throw error;
};
