import { createServer } from 'node:http';
import { once } from 'node:events';
import type { DevChain } from '@muster/chain/testing/dev-chain';
import { devKey } from '@muster/chain/dev/dev-accounts';
import { ROLES } from '@muster/chain/testing/dev-chain';
import { createSigner } from '@muster/protocol/crypto/signer';
import { createLogger } from '@muster/runtime/logger';
import { createTempDir } from '@muster/runtime/temp-dir';
import type { Address } from 'viem';
import type { Limits } from '../app/limits.ts';
import { createSettings } from '../app/settings.ts';
import { startApp, type App } from '../app/start-app.ts';

export type TestServer = { app: App; url: string; port: number; stop(): Promise<void> };

export type TestServerOptions = {
  databaseUrl: string;
  chain: DevChain;
  heartbeatMs?: number;
  port?: number;
  rpcUrl?: string;
  registry?: Address;
  chainId?: number;
  limits?: Partial<Limits>;
  startWithinMs?: number;
  /** For a further copy of a server: the first one's. */
  publicUrl?: string;
};

/** The real app on a real port, without pages. */
export async function startTestServer(options: TestServerOptions): Promise<TestServer> {
  const { databaseUrl, chain, heartbeatMs = 30_000, port: wantedPort = 0, rpcUrl = chain.anvil.rpcUrl } = options;
  let app: App | null = null;
  const server = createServer((req, res) => {
    if (app?.api.request(req, res) !== true) res.writeHead(app === null ? 503 : 404).end();
  });
  server.on('upgrade', (req, socket, head) => {
    if (app?.api.upgrade(req, socket, head) !== true) socket.destroy();
  });
  server.listen(wantedPort, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const url = `http://127.0.0.1:${port}`;
  const temp = await createTempDir('muster-api-test');
  const settings = createSettings({
    ...chain.addresses,
    ...(options.registry === undefined ? {} : { registry: options.registry }),
    chainId: options.chainId ?? chain.anvil.chainId,
    rpcUrl,
    isDev: true,
    heartbeatMs,
    version: 'test',
    limits: options.limits ?? {},
    ...(options.startWithinMs === undefined ? {} : { startWithinMs: options.startWithinMs }),
    publicUrl: options.publicUrl ?? url,
  });
  const logger = createLogger({ name: 'test-api', level: 'error' });
  const started = await startApp({ settings, databaseUrl, blobDir: temp.path, signer: createSigner(devKey(ROLES.master)), logger }).catch(
    (error: unknown) => {
      server.close();
      throw error;
    },
  );
  app = started;
  return {
    app: started,
    url,
    port,
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      await started.stop();
      server.closeAllConnections();
      await closed;
      await temp.remove();
    },
  };
}
