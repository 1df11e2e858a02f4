import { join, resolve } from 'node:path';
import { resolveAddresses } from '@muster/chain/address-book';
import { networkOf } from '@muster/chain/networks';
import type { SettingsInput } from '@muster/api/app/settings';
import { parseIpRanges } from '@muster/runtime/ip-ranges';
import type { KeySource } from '@muster/runtime/key-file';
import type { LoggerOptions } from '@muster/runtime/logger';
import type { Env } from './env.ts';

export type Config = {
  listen: { host: string; port: number };
  /** Null: where the socket turns out to listen. */
  publicUrl: string | null;
  /** Null: a PostgreSQL of our own in the data directory. */
  databaseUrl: string | null;
  dataDir: string;
  postgresDir: string;
  blobDir: string;
  masterKey: KeySource;
  master: Omit<SettingsInput, 'publicUrl'>;
  log: LoggerOptions;
  /** Next compiles pages as they are asked for. */
  development: boolean;
};

/** The environment as this program uses it. Throws WRONG_CHAIN or WRONG_REGISTRY for a chain that Muster is not on. */
export function toConfig(env: Env, version: string): Config {
  const dataDir = resolve(env.MUSTER_DATA_DIR);
  const chainId = env.MUSTER_CHAIN_ID;
  const { isDev } = networkOf(chainId);
  const addresses = resolveAddresses(chainId, {
    registry: env.MUSTER_REGISTRY,
    validatorSet: env.MUSTER_VALIDATOR_SET,
    deploymentBlock: env.MUSTER_DEPLOYMENT_BLOCK,
  });
  return {
    listen: { host: env.HOST, port: env.PORT },
    publicUrl: env.MUSTER_PUBLIC_URL ?? null,
    databaseUrl: env.DATABASE_URL ?? null,
    dataDir,
    postgresDir: join(dataDir, 'postgres'),
    blobDir: resolve(env.MUSTER_BLOB_DIR ?? join(dataDir, 'blobs')),
    masterKey: {
      name: 'master key',
      createIfMissing: true,
      file: resolve(env.MUSTER_MASTER_KEY_FILE ?? join(dataDir, 'master.key')),
      ...(env.MUSTER_MASTER_KEY === undefined ? {} : { value: env.MUSTER_MASTER_KEY }),
    },
    master: {
      ...addresses,
      chainId,
      rpcUrl: env.MUSTER_RPC_URL,
      isDev,
      heartbeatMs: env.MUSTER_HEARTBEAT_MS,
      startWithinMs: env.MUSTER_START_WITHIN_MS,
      version,
      ...limitsOf(env),
    },
    log: {
      name: 'web',
      level: env.MUSTER_LOG_LEVEL,
      ...(env.MUSTER_LOG_FORMAT === undefined ? {} : { pretty: env.MUSTER_LOG_FORMAT === 'pretty' }),
    },
    development: env.NODE_ENV === 'development',
  };
}

/** Where browsers and agents find the server when nobody said so. */
export function publicUrlOf({ publicUrl, listen }: Config, port: number): string {
  if (publicUrl !== null) return publicUrl;
  const anywhere = listen.host === '0.0.0.0' || listen.host === '::';
  const host = anywhere ? '127.0.0.1' : listen.host.includes(':') ? `[${listen.host}]` : listen.host;
  return `http://${host}:${port}`;
}

const DAY_MS = 86_400_000;

function limitsOf(env: Env): Pick<SettingsInput, 'limits' | 'trustedProxies'> {
  const trustedProxies = parseIpRanges(env.MUSTER_TRUSTED_PROXIES);
  return {
    limits: {
      snapshotBytes: env.MUSTER_SNAPSHOT_MAX_BYTES,
      framesPerSecond: env.MUSTER_NODE_FRAMES_PER_SECOND,
      logBytesPerSecond: { container: env.MUSTER_CONTAINER_LOG_BYTES_PER_SECOND, node: env.MUSTER_NODE_LOG_BYTES_PER_SECOND },
      openTasks: env.MUSTER_RUN_OPEN_TASKS,
      retention: {
        logsMs: env.MUSTER_KEEP_LOGS_DAYS * DAY_MS,
        logBytes: env.MUSTER_KEEP_LOG_BYTES,
        timelineMs: env.MUSTER_KEEP_TIMELINE_DAYS * DAY_MS,
        evidenceMs: env.MUSTER_KEEP_EVIDENCE_DAYS * DAY_MS,
        ordersMs: env.MUSTER_KEEP_ORDERS_DAYS * DAY_MS,
      },
    },
    ...(trustedProxies === null ? {} : { trustedProxies }),
  };
}
