import { setMaxListeners } from 'node:events';
import { checkDeployment } from '@muster/chain/actions/check-deployment';
import { createChainClient, type ChainClient } from '@muster/chain/clients';
import { capabilitiesHash } from '@muster/protocol/capabilities';
import { AppError } from '@muster/protocol/errors/app-error';
import { musterDomain } from '@muster/protocol/messages/domain';
import { ensureDirectory } from '@muster/runtime/ensure-directory';
import type { Lifetime } from '@muster/runtime/lifetime';
import type { Logger } from '@muster/runtime/logger';
import { every } from '@muster/runtime/poll';
import { retry } from '@muster/runtime/retry';
import { createRunChain } from './adapters/chain/run-chain.ts';
import { connectRelay } from './adapters/discovery/relay-link.ts';
import { createDiscoveryClient } from './adapters/discovery/discovery-client.ts';
import { createDockerRuntime } from './adapters/docker/docker-runtime.ts';
import { createBootClock } from './adapters/host/boot-clock.ts';
import { createIptablesFence } from './adapters/host/iptables-fence.ts';
import { probePort } from './adapters/host/probe-port.ts';
import { createSystemHost } from './adapters/host/system-host.ts';
import { requireRunId, type Config } from './config.ts';
import type { AgentContext } from './context.ts';
import { openImages } from './images/open-images.ts';
import { createDiskPath } from './doctor/engine-disk.ts';
import { requireSoundMachine } from './doctor/require-sound-machine.ts';
import { createIsolation } from './isolation/isolation.ts';
import { loadKeys, type NodeKeys } from './keys.ts';
import { announceLoop } from './loops/announce.ts';
import { relayLoop } from './loops/relay.ts';
import { ensureRegistered, type Registered } from './loops/register.ts';
import { settlePast } from './loops/settle-past.ts';
import { watchChain } from './loops/watch-chain.ts';
import { countRpcFailures } from './metrics/count-failures.ts';
import { countImages } from './metrics/count-images.ts';
import { createTally } from './metrics/tally.ts';
import { createHouseRules, type HouseRules } from './policy/house-rules.ts';
import type { NamedImage } from './policy/image-rules.ts';
import { judgeImage } from './policy/judge.ts';
import { openPolicyBook } from './policy/policy-file.ts';
import { machineOf } from './resources/capacity.ts';
import { createPortDesk } from './publishing/port-desk.ts';
import { publishedAddress } from './publishing/published-address.ts';
import { createDiskBooks } from './resources/disk-books.ts';
import { createGpuWatch } from './resources/gpu-watch.ts';
import { createFeatureBook, UNKNOWN_FEATURES } from './resources/features.ts';
import { openToOperator } from './operator/open-to-operator.ts';
import { startInbound, type Inbound } from './server/start-inbound.ts';
import { openAgentStores } from './state/open-stores.ts';
import { createTenancy, type Tenancy } from './tenancy.ts';

/** One node of one run, from start to end: this page is the whole agent. Resolves when it has stopped. */
export async function runAgent(config: Config, { logger, lifetime }: { logger: Logger; lifetime: Lifetime }): Promise<void> {
  await ensureDirectory(config.dataDir);
  const client = createChainClient({ chainId: config.network.chainId, rpcUrl: config.rpcUrl });
  const keys = await loadKeys(config, client, lifetime.signal);
  const work = new AbortController();
  // Every loop of the agent listens to this one for as long as it lives; they are many, and none of them leaks.
  setMaxListeners(100, work.signal);
  const context = await createContext({ config, client, keys, logger, signal: work.signal });
  lifetime.onStop(() => context.stores.release());
  lifetime.onStop(() =>
    context.isolation
      .close()
      .catch((err: unknown) => context.logger.warn({ event: 'fence.kept', err }, 'the network fence could not be taken away')),
  );

  const capabilities = await requireSoundMachine(context);
  const machine = () =>
    machineOf(capabilities, { ...config.isolation, diskBytes: context.diskBooks.promisable(context.images.takenBytes()) });
  const gpus = createGpuWatch({
    ...context,
    gpus: capabilities.gpus,
    engineGives: async () => (await context.runtime.info()).gpuAccess !== null,
    isHeld: () => context.stores.allocations.list().some((record) => record.outcome === null && record.gpus.length > 0),
  });
  const rules = createHouseRules(context, machine, gpus);
  const tenancy = await createTenancy(context, { rules, gpus });
  const inbound = await startInbound(context, { tenancy, rules, present: capabilities });
  lifetime.onStop(() => inbound.close());
  context.logger.info(
    { event: 'ready', endpoint: inbound.endpoint(), relay: inbound.relay !== null, capabilitiesHash: capabilitiesHash(capabilities) },
    inbound.relay ? 'the machine is sound; no port is opened, discovery is to relay' : 'the machine is sound and the agent listens',
  );

  await openToOperator(context, { tenancy, lifetime });

  const reload = () => void context.policy.reload();
  process.on('SIGHUP', reload);
  lifetime.onStop(() => void process.off('SIGHUP', reload));
  const running = tenancy.run();
  lifetime.onStop(async () => {
    if (config.stopContainersOnExit) await tenancy.stopAll({ phase: 'Lost', reason: 'the agent was shut down' });
    work.abort(new Error('the agent stops'));
    await running;
  });

  await untilRpcAnswers(context, lifetime.signal, () => checkDeployment({ client, registry: config.addresses.registry }));
  await untilRpcAnswers(context, lifetime.signal, async () => {
    const run = await context.chain.readRun();
    rules.requireWelcome({ ...run, runId: context.runId });
    rules.runSeen(run);
  });
  const onEnded = (standing: string) => clearAway(context, tenancy, standing);
  await untilRpcAnswers(context, lifetime.signal, () => settlePast({ chain: context.chain, state: context.stores.state, onEnded }));
  const registration = await ensureRegistered({
    chain: context.chain,
    domain: context.domain,
    signer: context.signer,
    state: context.stores.state,
    logger: context.logger,
    capabilities,
    provider: keys.providerAddress,
    canPay: keys.provider !== null,
    dashboardUrl: config.dashboardUrl,
    pollMs: config.chainPollMs,
    signal: lifetime.signal,
  });
  await Promise.all([running, ...serve({ context, tenancy, rules, lifetime, registration, inbound })]);
}

interface ContextInput {
  config: Config;
  client: ChainClient;
  keys: NodeKeys;
  logger: Logger;
  signal: AbortSignal;
}

async function createContext({ config, client, keys, logger, signal }: ContextInput): Promise<AgentContext> {
  const runId = requireRunId(config);
  const { network, addresses, dataDir, dockerHost } = config;
  const { chainId } = network;
  const { registry } = addresses;
  const { signer, provider, self } = keys;
  const node = signer.address;
  const monotonic = () => performance.now();
  const features = createFeatureBook(UNKNOWN_FEATURES);
  if (config.publish.range !== null) features.set('ports', null);
  const fence = createIptablesFence({ node, denied: config.isolation.egressDeny });
  const tally = createTally();
  const policy = await openPolicyBook(config.policyFile, logger);
  const judge = (named: NamedImage) => judgeImage(policy.current(), named);
  const runtime = createDockerRuntime({ dockerHost });
  const common = {
    now: Date.now,
    runtime,
    host: createSystemHost(),
    stores: await openAgentStores({ dataDir, identity: { chainId, registry, runId, node }, now: Date.now, logger }),
    allowPrivate: network.isDev,
    logger: logger.child({ runId, node }),
    diskPath: createDiskPath(runtime, dataDir),
  };
  const diskBooks = createDiskBooks({
    claims: { reserveBytes: config.isolation.diskReserveBytes, imageBytes: config.imageBytes },
    records: common.stores.allocations.list,
  });
  return {
    ...common,
    config,
    runId,
    signer,
    signal,
    tally,
    images: countImages(await openImages({ ...common, config, node, judge, promisedBytes: diskBooks.unwritten }), tally),
    isolation: createIsolation({ ...common, node, fence, features, config: config.isolation, monotonic }),
    monotonic,
    bootClock: await createBootClock(),
    domain: musterDomain({ chainId, registry }),
    chain: countRpcFailures(createRunChain({ client, network, registry, runId, node, provider, self }), tally),
    policy,
    features,
    diskBooks,
    portDesk: createPortDesk({
      range: config.publish.range,
      host: config.publish.host,
      address: () => publishedAddress({ ...common, config }),
      store: common.stores.allocations,
      isFree: probePort,
      listPublished: common.runtime.listPublishedPorts,
    }),
  };
}

function untilRpcAnswers(context: AgentContext, signal: AbortSignal, ask: () => Promise<void>): Promise<void> {
  return retry(ask, {
    signal,
    baseMs: 500,
    maxMs: 15_000,
    retryable: (error) => AppError.is(error, 'RPC_UNAVAILABLE'),
    onError: (err, { delayMs }) =>
      context.logger.warn({ event: 'rpc.unavailable', retryInMs: delayMs, err }, "the chain's RPC does not answer"),
  });
}

/** The node's part in the run is over: nothing of it stays on the machine. */
async function clearAway({ logger, runId }: AgentContext, tenancy: Tenancy, standing: string): Promise<void> {
  await tenancy.stopAll({ phase: 'Cancelled', reason: `the registration ended: ${standing}` });
  await tenancy.removeVolumes().catch((err: unknown) => logger.warn({ event: 'volumes.kept', err }, 'not every volume could be removed'));
  logger.info({ event: 'ended', standing }, `the node's part in run ${runId} is over: ${standing}`);
}

interface ServeInput {
  context: AgentContext;
  tenancy: Tenancy;
  rules: HouseRules;
  lifetime: Lifetime;
  registration: Registered;
  inbound: Inbound;
}

/** What a registered node does besides working for its master: stays findable, and watches the chain for its own end. */
function serve({ context, tenancy, rules, lifetime, registration, inbound }: ServeInput): Promise<void>[] {
  const { config, chain, stores, logger, signal } = context;
  let ending: Promise<void> | null = null;
  const end = async (standing: string): Promise<void> => {
    await clearAway(context, tenancy, standing);
    await lifetime.stop(`the registration ended: ${standing}`);
  };
  const keepHouse = async () => {
    await tenancy.forgetFinished();
    await context.images.tidy();
  };
  const readDiscoveryUri = async (): Promise<string> => (await chain.readRun()).discoveryUri;
  const relay = inbound.relay;
  return [
    ...(relay === null
      ? []
      : [relayLoop({ ...context, connect: connectRelay, desk: relay, readDiscoveryUri, registration, state: stores.state })]),
    announceLoop({
      ...context,
      discovery: createDiscoveryClient(context),
      readDiscoveryUri,
      endpoint: inbound.endpoint,
      encryptionKey: stores.encryptionKey.publicKey,
      registration,
      state: stores.state,
    }),
    watchChain({
      ...context,
      seq: registration.seq,
      state: stores.state,
      pollMs: config.chainPollMs,
      onRun: rules.runSeen,
      onMasterChanged: () => tenancy.inviteChanged(),
      onEnded: (standing) => void (ending ??= end(standing)),
    }),
    context.policy.follow(signal),
    every(60_000, keepHouse, {
      signal,
      onError: (err) => logger.warn({ event: 'housekeeping.failed', err }, 'housekeeping failed'),
    }),
  ];
}
