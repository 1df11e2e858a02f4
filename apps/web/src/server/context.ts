import { createSettings } from '@muster/api/app/settings';
import { openDatabase } from '@muster/api/app/open-database';
import { startApp, type App } from '@muster/api/app/start-app';
import { createSigner } from '@muster/protocol/crypto/signer';
import { ensureDirectory } from '@muster/runtime/ensure-directory';
import { loadKey } from '@muster/runtime/key-file';
import type { Lifetime } from '@muster/runtime/lifetime';
import type { Logger } from '@muster/runtime/logger';
import { publicUrlOf, type Config } from './config.ts';

export type ServerContext = { config: Config; logger: Logger; lifetime: Lifetime };

/** Composes the app: database, key, services and loops, each stopped in the opposite order. */
export async function createContext({ config, logger, lifetime }: ServerContext, port: number): Promise<App> {
  await ensureDirectory(config.dataDir);
  const { privateKey, created } = await loadKey(config.masterKey);
  const signer = createSigner(privateKey);
  logger.info(
    { event: created ? 'key.created' : 'key.loaded', master: signer.address },
    created ? 'made a master key' : 'loaded the master key',
  );
  const database = await openDatabase({
    url: config.databaseUrl,
    dataDir: config.postgresDir,
    signal: lifetime.signal,
    logger,
    onExit: (error) => {
      if (lifetime.signal.aborted) return;
      logger.fatal({ event: 'database.ended', code: error.code }, error.publicMessage);
      process.exitCode = 1;
      void lifetime.stop('the database ended');
    },
  });
  lifetime.onStop(() => database.stop());
  const settings = createSettings({ ...config.master, publicUrl: publicUrlOf(config, port) });
  await ensureDirectory(config.blobDir);
  lifetime.signal.throwIfAborted();
  const starting = startApp({ settings, databaseUrl: database.url, blobDir: config.blobDir, signer, logger });
  // Before it is up: a signal meanwhile stops it once it is, while its database is still there.
  lifetime.onStop(async () => (await starting.catch(() => null))?.stop());
  return starting;
}
