import type { Signer } from '@muster/protocol/crypto/signer';
import type { MusterDomain } from '@muster/protocol/messages/domain';
import type { Logger } from '@muster/runtime/logger';
import type { Config } from './config.ts';
import type { BootClock } from './ports/boot-clock.ts';
import type { PolicyBook } from './policy/policy-file.ts';
import type { ContainerRuntime } from './ports/container-runtime.ts';
import type { Isolation } from './isolation/isolation.ts';
import type { Images } from './images/create-images.ts';
import type { Tally } from './metrics/tally.ts';
import type { Host } from './ports/host.ts';
import type { PortDesk } from './publishing/port-desk.ts';
import type { DiskBooks } from './resources/disk-books.ts';
import type { FeatureBook } from './resources/features.ts';
import type { RunChain } from './ports/run-chain.ts';
import type { AgentStores } from './state/open-stores.ts';

/** What every part of one node of one run stands on; built once, in agent.ts. */
export interface AgentContext {
  config: Config;
  runId: string;
  /** The node's own key. */
  signer: Signer;
  domain: MusterDomain;
  chain: RunChain;
  runtime: ContainerRuntime;
  images: Images;
  /** What happened, counted for the metrics. */
  tally: Tally;
  host: Host;
  isolation: Isolation;
  /** What the owner allows, as the file now stands. */
  policy: PolicyBook;
  /** What the machine can give beyond cores and bytes; whoever finds out writes it down. */
  features: FeatureBook;
  portDesk: PortDesk;
  diskBooks: DiskBooks;
  /** Where the engine keeps its data, or the next best place. */
  diskPath: () => Promise<string>;
  stores: AgentStores;
  /** Whether peers may be at private addresses: on the dev chain alone. */
  allowPrivate: boolean;
  logger: Logger;
  /** Unix ms; may step. */
  now: () => number;
  /** ms since some moment; never steps. */
  monotonic: () => number;
  bootClock: BootClock;
  /** Aborts when the node's work is to end. */
  signal: AbortSignal;
}
