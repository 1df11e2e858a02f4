import type { Signer } from '@muster/protocol/crypto/signer';
import type { MusterDomain } from '@muster/protocol/messages/domain';
import type { Clock } from '@muster/runtime/clock';
import type { Logger } from '@muster/runtime/logger';
import type { SealedKind } from '../challenges/challenge-kind.ts';
import type { RoundJournal } from '../ports/journal.ts';
import type { DiscoveryPeer, NodePeer } from '../ports/peers.ts';
import type { Random } from '../ports/random.ts';
import type { Registry } from '../ports/registry.ts';

/** Everything that a round touches outside itself. */
export interface RoundDeps {
  registry: Registry;
  discovery: DiscoveryPeer;
  node: NodePeer;
  journal: RoundJournal;
  signer: Signer;
  domain: MusterDomain;
  clock: Clock;
  random: Random;
  logger: Logger;
  /** Aborted when the process stops: what fails then is no news. */
  signal: AbortSignal;
  /** Image for container challenges. */
  image: string;
  /** What a round asks, in order. */
  kinds: readonly SealedKind[];
}
