import { answerHealth } from './health.ts';
import { createContext, type ServerContext } from './context.ts';
import { listen } from './http-server.ts';
import { createPages } from './next-pages.ts';

const DRAIN_MS = 5_000;

/** Where pages that Next renders find the app: they live in a module graph of their own. */
export const APP_SYMBOL = Symbol.for('muster.app');

/** Starts everything on one port and says so. What is registered last is stopped first: requests, sockets, loops, connections, PostgreSQL. */
export async function serve(context: ServerContext, dir: string): Promise<void> {
  const { config, logger, lifetime } = context;
  const startedAt = performance.now();
  // Taken first: a port in use should not cost a database's start.
  const http = await listen(config.listen);
  lifetime.onStop(() => http.close(0));
  const app = await createContext(context, http.port);
  lifetime.signal.throwIfAborted();
  Reflect.set(globalThis, APP_SYMBOL, app);
  const pages = await createPages({ dir, development: config.development, host: config.listen.host, port: http.port });
  lifetime.onStop(() => pages.close());
  lifetime.signal.throwIfAborted();
  lifetime.onStop(async () => {
    const drained = http.close(DRAIN_MS);
    // Sockets count as connections: they are told to come back, or the drain would wait for them.
    await app.api.close();
    await drained;
  });

  http.serve({
    request(req, res) {
      if (!app.api.request(req, res) && !answerHealth(app, req, res)) pages.request(req, res);
    },
    upgrade(req, socket, head) {
      if (!app.api.upgrade(req, socket, head)) pages.upgrade(req, socket, head);
    },
  });
  const { address, discoveryUri, chain, chainId } = await app.services.master.info();
  const url = discoveryUri.replace(/\/discovery$/, '');
  logger.info(
    {
      event: 'ready',
      url,
      port: http.port,
      master: address,
      discoveryUri,
      chainId,
      degraded: chain.error !== null,
      ms: Math.round(performance.now() - startedAt),
    },
    `Muster is ready at ${url}`,
  );
}
