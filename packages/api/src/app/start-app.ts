import { setMaxListeners } from 'node:events';
import { createChainClient } from '@muster/chain/clients';
import { createDirectoryStore } from '@muster/db/blob/directory-store';
import { createDatabase } from '@muster/db/client';
import { createHeartbeatWriter } from '@muster/db/hot/heartbeats';
import { createNonceStore } from '@muster/db/repositories/nonces';
import type { Signer } from '@muster/protocol/crypto/signer';
import { musterDomain } from '@muster/protocol/messages/domain';
import { systemClock } from '@muster/runtime/clock';
import { createGuardedFetch } from '@muster/runtime/guarded-fetch';
import type { Logger } from '@muster/runtime/logger';
import { every } from '@muster/runtime/poll';
import { allowedOrigins } from '../http/allowed-origins.ts';
import { createApiHandler, type ApiHandler } from '../http/api-handler.ts';
import { createLiveBus } from '../live/live-bus.ts';
import { buyerRouter } from '../routers/buyer-router.ts';
import type { Services } from '../services.ts';
import { checkChain } from './check-chain.ts';
import { createChainState } from './chain-state.ts';
import { createServices } from './create-services.ts';
import type { Deps, Settings } from './deps.ts';
import { startMasterLoops } from './master-loops.ts';
import { sweep } from './sweep.ts';

export type AppOptions = {
  settings: Settings;
  databaseUrl: string;
  blobDir: string;
  signer: Signer;
  logger: Logger;
};

export type App = {
  services: Services;
  api: ApiHandler;
  /** Calls the buyers' procedures in process, as the wallet behind `token`: for pages that are rendered here. */
  createCaller(token: string | null): ReturnType<typeof buyerRouter.createCaller>;
  /** Clears away what has served its time, now; the leading copy does so every minute. */
  sweep(): Promise<void>;
  /** Throws when the database does not answer. */
  checkReady(): Promise<void>;
  /** In order: sockets, loops, what is still to be written, connections. The HTTP server is closed before, PostgreSQL after. */
  stop(): Promise<void>;
};

const PEER_TIMEOUT_MS = 10_000;
const PEER_ANSWER_BYTES = 512 * 1024;
const CURSOR_POLL_MS = 2_000;

/** Composes the master and discovery over a migrated database and starts the loops. Works without an RPC: it then says so and waits. */
export async function startApp({ settings, databaseUrl, blobDir, signer, logger }: AppOptions): Promise<App> {
  const stopping = new AbortController();
  // Every call that waits for a relayed answer listens to it.
  setMaxListeners(0, stopping.signal);
  const chain = createChainClient({ chainId: settings.chainId, rpcUrl: settings.rpcUrl });
  const check = await checkChain({ client: chain, registry: settings.registry, signal: stopping.signal, logger });
  const db = createDatabase({ url: databaseUrl, logger });
  const live = await createLiveBus({ db, logger });
  const chainState = createChainState(db);
  const deps: Deps = {
    settings,
    origins: allowedOrigins(settings.publicUrl),
    db,
    chain,
    domain: musterDomain({ chainId: settings.chainId, registry: settings.registry }),
    signer,
    nonces: createNonceStore(db),
    heartbeats: createHeartbeatWriter(db.hot),
    blobs: await createDirectoryStore(blobDir),
    live,
    clock: systemClock,
    fetch: createGuardedFetch({ allowPrivate: settings.isDev, timeoutMs: PEER_TIMEOUT_MS, maxBytes: PEER_ANSWER_BYTES }),
    logger,
    stopping: stopping.signal,
    chainState: () => chainState.read(loops.followerStatus(), check.error()),
  };
  const services = createServices(deps);
  const api = createApiHandler({ services, origins: deps.origins, trustedProxies: settings.trustedProxies, logger });
  const loops = startMasterLoops(deps, { signal: stopping.signal, listeningSinceMs: systemClock.now() });
  const cursor = every(CURSOR_POLL_MS, () => chainState.refresh(), {
    signal: stopping.signal,
    onError: (err) => logger.debug({ event: 'cursor.unread', err }, 'the cursor could not be read'),
  });

  return {
    services,
    api,
    createCaller: (token) =>
      buyerRouter.createCaller({
        services,
        token,
        remoteAddress: '',
        origin: deps.origins.primary,
        setSessionCookie: () => undefined,
        taken: () => Promise.resolve(),
      }),
    sweep: () => sweep(deps),
    checkReady: () => db.ping(),
    async stop() {
      await api.close();
      stopping.abort(new Error('the server stops'));
      await Promise.all([loops.done, cursor, check.done]);
      await deps.heartbeats.close();
      await live.close();
      await db.close();
    },
  };
}
