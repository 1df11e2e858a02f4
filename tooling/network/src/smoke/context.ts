import type { Address, Hex, PublicClient } from 'viem';
import type { Database } from '@muster/db/client';
import type { MusterDomain } from '@muster/protocol/messages/domain';
import type { DockerEngine } from '../docker-engine.ts';
import type { ManagedProcess } from '../managed-process.ts';
import type { Network } from '../network.ts';
import type { Recorder } from './arrow.ts';

/** What every phase of the smoke test works with. */
export interface Smoke {
  network: Network;
  engine: DockerEngine;
  /** The web process's own database, read to check what it did. */
  db: Database;
  client: PublicClient;
  domain: MusterDomain;
  recorder: Recorder;
  minerPort: number;
}

/** What the preparation phase found out. */
export interface PreparedRun {
  runId: string;
  master: Address;
  discoveryUri: string;
}

/** What the registration phase found out. */
export interface RegisteredNode extends PreparedRun {
  node: Address;
  seq: number;
  announcementDigest: Hex;
  miner: ManagedProcess;
}
