import type { CapabilityDocument } from '@muster/protocol/capabilities';
import type { Envelope } from '@muster/protocol/messages/define-message';
import type { EndpointAnnouncement } from '@muster/protocol/messages/endpoint-announcement';
import type { IncomingEnvelope } from '../../shapes/envelope.ts';

export type Announced = { accepted: true; expiresAt: number; standing: string };
/** The node's own signed words, so that discovery cannot lie about an endpoint. */
export type EndpointAnswer = { announcement: Envelope<EndpointAnnouncement>; capabilities: CapabilityDocument };

export type EvidenceInput = { runId: string; node: string; seq: number; round: number; document: unknown };

export type DiscoveryService = {
  announce(input: { envelope: IncomingEnvelope; capabilities: CapabilityDocument; remoteAddress: string }): Promise<Announced>;
  queryEndpoint(input: { envelope: IncomingEnvelope; remoteAddress: string }): Promise<EndpointAnswer>;
  publishEvidence(input: EvidenceInput & { remoteAddress: string }): Promise<{ accepted: true; hash: string }>;
};
