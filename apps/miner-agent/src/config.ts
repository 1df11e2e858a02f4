import { join } from 'node:path';
import { resolveAddresses, type Addresses } from '@muster/chain/address-book';
import { networkOf, type Network } from '@muster/chain/networks';
import { AppError } from '@muster/protocol/errors/app-error';
import type { ImagePrefix } from '@muster/protocol/images/image-prefix';
import type { KeySource } from '@muster/runtime/key-file';
import type { Address } from 'viem';
import type { PortRange } from './publishing/port-range.ts';
import { settingsSchema, type Env } from './env.ts';
import type { PolicySource } from './policy/policy-file.ts';
import { listSettings, waysToSet } from './settings/list-settings.ts';

export interface Config {
  network: Network;
  rpcUrl: string;
  addresses: Addresses;
  runId: string | null;
  nodeKey: KeySource;
  /** Null: the provider's key is elsewhere, and the node's consent is printed as a link. */
  providerKey: KeySource | null;
  provider: Address | null;
  dashboardUrl: string | null;
  listen: { host: string; port: number };
  /** A URL, `relay` (reach.ts), or null: as the machine's addresses say. */
  endpoint: string | null;
  /** How often the chain is asked where the node stands. */
  chainPollMs: number;
  /** `range` null: containers get no ports of this machine. `address` null: what is announced, or the machine's best. */
  publish: { range: PortRange | null; host: string; address: string | null };
  /** Where Prometheus may read; null: nowhere. */
  metricsListen: { host: string; port: number } | null;
  dataDir: string;
  policyFile: PolicySource;
  dockerHost: string;
  log: { level: string; pretty: boolean | undefined };
  stopContainersOnExit: boolean;
  orphanGraceMs: number;
  leastHeartbeatMs: number;
  logSpoolBytes: number;
  logSpoolTotalBytes: number;
  isolation: { runtime: string | null; egressDns: readonly string[]; egressDeny: readonly string[]; diskReserveBytes: number };
  /** For all images that the agent pulls; null: a share of the disk. */
  imageBytes: number | null;
  /** Which images of the miner's own buyers may use. */
  localImages: readonly ImagePrefix[] | 'all';
}

/** Typed and nested, from here on passed down. Throws WRONG_CHAIN, WRONG_REGISTRY or CONFIG_INVALID. */
export function createConfig(env: Env): Config {
  const network = networkOf(env.MUSTER_CHAIN_ID);
  const rpcUrl = env.MUSTER_RPC_URL ?? (network.isDev ? 'http://127.0.0.1:8545' : undefined);
  if (!rpcUrl)
    throw new AppError('CONFIG_INVALID', {
      publicMessage: `MUSTER_RPC_URL is required on ${network.name}`,
      hint: howToSet('MUSTER_RPC_URL'),
    });
  return {
    network,
    rpcUrl,
    addresses: resolveAddresses(network.chainId, {
      registry: env.MUSTER_REGISTRY,
      validatorSet: env.MUSTER_VALIDATOR_SET,
      deploymentBlock: env.MUSTER_DEPLOYMENT_BLOCK,
    }),
    runId: env.MUSTER_RUN_ID ?? null,
    nodeKey: keySource('node key', env.MUSTER_NODE_KEY, env.MUSTER_NODE_KEY_FILE ?? join(env.MUSTER_DATA_DIR, 'node.key')),
    providerKey:
      env.MUSTER_PROVIDER_KEY || env.MUSTER_PROVIDER_KEY_FILE
        ? keySource('provider key', env.MUSTER_PROVIDER_KEY, env.MUSTER_PROVIDER_KEY_FILE)
        : null,
    provider: env.MUSTER_PROVIDER ?? null,
    dashboardUrl: env.MUSTER_DASHBOARD_URL ?? null,
    listen: { host: env.MUSTER_LISTEN_HOST, port: env.MUSTER_LISTEN_PORT },
    endpoint: env.MUSTER_ENDPOINT ?? null,
    metricsListen: env.MUSTER_METRICS_LISTEN ?? null,
    chainPollMs: env.MUSTER_CHAIN_POLL_MS ?? (network.isDev ? 1_000 : 15_000),
    publish: { range: env.MUSTER_PORT_RANGE ?? null, host: env.MUSTER_PORT_HOST, address: env.MUSTER_PORT_ADDRESS ?? null },
    dataDir: env.MUSTER_DATA_DIR,
    policyFile: {
      path: env.MUSTER_POLICY_FILE ?? join(env.MUSTER_DATA_DIR, 'policy.yaml'),
      isRequired: env.MUSTER_POLICY_FILE !== undefined,
    },
    dockerHost: env.DOCKER_HOST,
    log: { level: env.MUSTER_LOG_LEVEL, pretty: env.MUSTER_LOG_FORMAT === undefined ? undefined : env.MUSTER_LOG_FORMAT === 'pretty' },
    stopContainersOnExit: env.MUSTER_STOP_CONTAINERS_ON_EXIT,
    orphanGraceMs: env.MUSTER_ORPHAN_GRACE_MS,
    leastHeartbeatMs: env.MUSTER_LEAST_HEARTBEAT_MS,
    logSpoolBytes: env.MUSTER_LOG_SPOOL_BYTES,
    logSpoolTotalBytes: env.MUSTER_LOG_SPOOL_TOTAL_BYTES,
    isolation: {
      runtime: env.MUSTER_RUNTIME ?? null,
      egressDns: env.MUSTER_EGRESS_DNS,
      egressDeny: env.MUSTER_EGRESS_DENY,
      diskReserveBytes: env.MUSTER_DISK_RESERVE_BYTES,
    },
    imageBytes: env.MUSTER_IMAGE_BYTES ?? null,
    localImages: env.MUSTER_LOCAL_IMAGES ?? (network.isDev ? 'all' : []),
  };
}

const keySource = (name: string, value: string | undefined, file: string | undefined): KeySource => ({
  name,
  ...(value === undefined ? {} : { value }),
  ...(file === undefined ? {} : { file }),
});

/** Throws CONFIG_INVALID: most commands are about one run. */
export function requireRunId({ runId }: Config): string {
  if (runId !== null) return runId;
  throw new AppError('CONFIG_INVALID', {
    publicMessage: 'MUSTER_RUN_ID is required: the number of the run to serve',
    hint: howToSet('MUSTER_RUN_ID'),
  });
}

/** One way as good as the other. */
export function howToSet(variable: keyof Env): string {
  const setting = listSettings(settingsSchema).find((one) => one.variable === variable);
  return setting ? `Set ${waysToSet(setting)}` : '';
}
