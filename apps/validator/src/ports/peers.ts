import type { Envelope } from '@muster/protocol/messages/define-message';
import type { Challenge } from '@muster/protocol/messages/challenge';
import type { EndpointQuery } from '@muster/protocol/messages/endpoint-query';
import type { RoundKey } from './round.ts';

export interface EvidencePublication extends RoundKey {
  document: Record<string, unknown>;
}

/** The run's discovery, at the run's URI. Answers are unverified. Throws AppError for every kind of silence or refusal. */
export interface DiscoveryPeer {
  queryEndpoint(uri: string, envelope: Envelope<EndpointQuery>): Promise<{ announcement: unknown; capabilities: unknown }>;
  publishEvidence(uri: string, evidence: EvidencePublication): Promise<void>;
}

/** A node at the endpoint that it announced. */
export interface NodePeer {
  /** The unverified answer. `timeoutMs` covers the whole exchange. Throws AppError as above. */
  challenge(endpoint: string, envelope: Envelope<Challenge>, timeoutMs: number): Promise<unknown>;
}
