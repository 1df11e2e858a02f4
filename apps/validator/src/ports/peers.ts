import type { Envelope } from '@muster/protocol/messages/define-message';
import type { Challenge } from '@muster/protocol/messages/challenge';
import type { EndpointQuery } from '@muster/protocol/messages/endpoint-query';
import type { RelayCall } from '@muster/protocol/messages/relay-call';
import type { NodeLocation } from '@muster/protocol/relay/node-location';
import type { Hex } from 'viem';
import type { RoundKey } from './round.ts';

export interface EvidencePublication extends RoundKey {
  document: Record<string, unknown>;
}

/** The run's discovery, at the run's URI. Answers are unverified. Throws AppError for every kind of silence or refusal. */
export interface DiscoveryPeer {
  queryEndpoint(uri: string, envelope: Envelope<EndpointQuery>): Promise<{ announcement: unknown; capabilities: unknown }>;
  publishEvidence(uri: string, evidence: EvidencePublication): Promise<void>;
  /** Hands sealed bytes to a relayed node, and resolves to its sealed answer. */
  relay(uri: string, call: { envelope: Envelope<RelayCall>; sealed: Hex }, signal: AbortSignal | null): Promise<Hex>;
}

/** A node, at the endpoint that it announced or by relay. */
export interface NodePeer {
  /** The unverified answer. `timeoutMs` covers the whole exchange. Throws AppError as above. */
  challenge(location: NodeLocation, envelope: Envelope<Challenge>, timeoutMs: number): Promise<unknown>;
}
