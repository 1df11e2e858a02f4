import type { ChainClient } from '@muster/chain/clients';
import type { BlobStore } from '@muster/db/blob/blob-store';
import type { Database } from '@muster/db/client';
import type { HeartbeatWriter } from '@muster/db/hot/heartbeats';
import type { Signer } from '@muster/protocol/crypto/signer';
import type { MusterDomain } from '@muster/protocol/messages/domain';
import type { NonceStore } from '@muster/protocol/messages/nonce-guard';
import type { Clock } from '@muster/runtime/clock';
import type { GuardedFetch } from '@muster/runtime/guarded-fetch';
import type { IpRanges } from '@muster/runtime/ip-ranges';
import type { Logger } from '@muster/runtime/logger';
import type { Address } from 'viem';
import type { AllowedOrigins } from '../http/allowed-origins.ts';
import type { LiveBus } from '../live/live-bus.ts';
import type { MasterInfo } from '../shapes/master.ts';
import type { Limits } from './limits.ts';

/** What an operator decides, and what follows from it. */
export type Settings = {
  chainId: number;
  registry: Address;
  validatorSet: Address;
  deploymentBlock: number;
  rpcUrl: string;
  isDev: boolean;
  /** Where agents and browsers reach this server, without a trailing slash. */
  publicUrl: string;
  /** What a run names as its discovery URI. */
  discoveryUri: string;
  /** What an invite names as its master URL. */
  masterUrl: string;
  heartbeatMs: number;
  /** A node that is silent for so long is lost. */
  lostAfterMs: number;
  /** An allocation that has not got on for so long on its way to a running container is stopped and ended. */
  startWithinMs: number;
  limits: Limits;
  /** Of whose X-Forwarded-For the word is taken. */
  trustedProxies: IpRanges;
  version: string;
};

/** Everything that the services share. No service keeps state that another copy of the server would lack. */
export type Deps = {
  settings: Settings;
  origins: AllowedOrigins;
  db: Database;
  chain: ChainClient;
  domain: MusterDomain;
  /** The master's key. */
  signer: Signer;
  nonces: NonceStore;
  heartbeats: HeartbeatWriter;
  blobs: BlobStore;
  live: LiveBus;
  clock: Clock;
  /** For every address that came from the chain or a peer. */
  fetch: GuardedFetch;
  logger: Logger;
  /** Aborts when the server stops: for whoever waits for a stranger's answer. */
  stopping: AbortSignal;
  chainState(): MasterInfo['chain'];
};
