import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { checkDeployment } from '@muster/chain/actions/check-deployment';
import { resolveAddresses } from '@muster/chain/address-book';
import { createChainClient } from '@muster/chain/clients';
import { rpcUnavailable, toChainError } from '@muster/chain/errors';
import { createFileStore } from '@muster/chain/follower/file-store';
import { followRegistry, type Progress } from '@muster/chain/follower/follow-registry';
import { networkOf } from '@muster/chain/networks';
import { createFileJournal as createSenderJournal } from '@muster/chain/sender/file-journal';
import { createTxSender } from '@muster/chain/sender/tx-sender';
import { createSigner } from '@muster/protocol/crypto/signer';
import { musterDomain } from '@muster/protocol/messages/domain';
import { MAX_RELAYED_ANSWER_BYTES } from '@muster/protocol/relay/relayed-call';
import { systemClock, type Clock } from '@muster/runtime/clock';
import { lockDirectory } from '@muster/runtime/directory-lock';
import { createGuardedFetch } from '@muster/runtime/guarded-fetch';
import { loadKey } from '@muster/runtime/key-file';
import type { Logger } from '@muster/runtime/logger';
import { every } from '@muster/runtime/poll';
import { retry } from '@muster/runtime/retry';
import { BlockNotFoundError } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { createChainRegistry } from './adapters/chain-registry.ts';
import { createFileJournal } from './adapters/file-journal.ts';
import { createMirror } from './adapters/mirror.ts';
import { createTrpcDiscovery } from './adapters/trpc-discovery.ts';
import { createTrpcNode } from './adapters/trpc-node.ts';
import { CHALLENGE_KINDS } from './challenges/kinds.ts';
import type { Config } from './config.ts';
import { systemRandom } from './ports/random.ts';
import type { RoundDeps } from './rounds/deps.ts';
import { createRounds } from './rounds/run-rounds.ts';
import { createAnnouncer } from './rounds/announce-registrations.ts';

const TURN_MS = 500;
/** A challenge may take minutes; its own time-out is shorter. */
const PEER_TIMEOUT_MS = 240_000;
/** An answer carries at most a matrix; the largest form of it is a relayed one, in hex. */
const PEER_MAX_BYTES = 2 * MAX_RELAYED_ANSWER_BYTES + 64 * 1024;

export interface ValidatorOptions {
  config: Config;
  logger: Logger;
  signal: AbortSignal;
  clock?: Clock;
}

export interface Validator {
  address: string;
  /** Resolves once everything has stopped after the signal. Rejects when it cannot go on (another chain, say). */
  done: Promise<void>;
}

/** Builds the validator out of its parts and starts it. Throws AppError or SetupError when it cannot start. */
export async function startValidator({ config, logger, signal, clock = systemClock }: ValidatorOptions): Promise<Validator> {
  const { chainId, rpcUrl, overrides } = config.chain;
  const { isDev } = networkOf(chainId);
  const { registry, deploymentBlock } = resolveAddresses(chainId, overrides);
  // Journals of two processes in one directory would overwrite each other.
  const lock = await lockDirectory(config.dataDir);
  const { privateKey, created } = await loadKey({
    name: 'validator key',
    file: config.key.file,
    createIfMissing: true,
    ...(config.key.value === undefined ? {} : { value: config.key.value }),
  });
  const signer = createSigner(privateKey);
  if (created)
    logger.warn(
      { event: 'key.created', address: signer.address, file: config.key.file },
      'created a validator key: fund it, and have it added to a validator set',
    );

  const client = createChainClient({ chainId, rpcUrl });
  const deployment = await untilChainAnswers(async () => {
    await checkDeployment({ client, registry });
    return client.getBlock({ blockNumber: BigInt(deploymentBlock) }).catch((error: unknown) => {
      if (!(error instanceof BlockNotFoundError)) throw error;
      throw rpcUnavailable(error, `the RPC does not know block ${deploymentBlock}, where the registry was deployed`);
    });
  });
  // Another chain with the same id (a dev chain that was started anew) has its own folder: rounds of one mean nothing on the other.
  const folder = join(config.dataDir, `${chainId}-${registry.slice(2, 10)}-${deployment.hash.slice(2, 10)}`.toLowerCase());
  await mkdir(folder, { recursive: true });

  const store = createFileStore(join(folder, 'chain.jsonl'));
  const mirror = await createMirror(store);
  const sender = createTxSender({
    client,
    account: privateKeyToAccount(privateKey),
    journal: createSenderJournal(join(folder, 'transactions.json')),
    signal,
  });
  const fetch = createGuardedFetch({ allowPrivate: isDev, timeoutMs: PEER_TIMEOUT_MS, maxBytes: PEER_MAX_BYTES });
  const domain = musterDomain({ chainId, registry });
  const discovery = createTrpcDiscovery({ fetch, signal });
  const deps: RoundDeps = {
    registry: createChainRegistry({ client, registry, sender, mirror, clock }),
    discovery,
    node: createTrpcNode({ domain, signer, now: () => clock.now(), fetch, relay: discovery.relay, signal }),
    journal: createFileJournal(join(folder, 'rounds')),
    domain,
    random: systemRandom,
    signer,
    clock,
    logger,
    signal,
    image: config.challenges.image,
    kinds: config.challenges.kinds.map((name) => CHALLENGE_KINDS[name]),
  };
  const rounds = createRounds(deps, { concurrency: config.concurrency });
  const announce = createAnnouncer(deps);
  const onProgress = async (progress: Exclude<Progress, { kind: 'idle' }>): Promise<void> => {
    await mirror.apply(progress);
    await announce(progress.kind === 'appended' ? progress.events : []);
  };
  const follower = followRegistry({ client, registry, deploymentBlock, store, signal, logger, onProgress });
  logger.info({ event: 'ready', address: signer.address, chainId, registry, kinds: config.challenges.kinds }, 'ready');

  return { address: signer.address, done: work().finally(() => lock.release()) };

  async function work(): Promise<void> {
    await follower.caughtUp.catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
    // A transaction that was under way when the last process ended comes first.
    await untilChainAnswers(() => sender.resume()).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
    await every(TURN_MS, () => rounds.turn(), { signal, onError: (err) => logger.error({ event: 'turn.failed', err }, 'a turn failed') });
    await rounds.idle();
    await follower.done;
  }

  function untilChainAnswers<T>(call: () => Promise<T>): Promise<T> {
    return retry(call, {
      signal,
      baseMs: 1_000,
      maxMs: 30_000,
      retryable: (error) => ['RPC_UNAVAILABLE', 'TRANSACTION_TIMED_OUT'].includes(toChainError(error).code),
      onError: (error, { delayMs }) =>
        logger.warn(
          { event: 'rpc.failed', code: toChainError(error).code, delayMs, err: toChainError(error) },
          'the chain does not answer as it should; trying again until it does',
        ),
    });
  }
}
