import type { CapabilityDocument } from '@muster/protocol/capabilities';
import type { Envelope } from '@muster/protocol/messages/define-message';
import type { EndpointAnnouncement } from '@muster/protocol/messages/endpoint-announcement';
import type { RelayItem } from '@muster/protocol/relay/relay-item';
import type { Hex } from 'viem';
import type { Deps } from '../../app/deps.ts';
import type { IncomingEnvelope } from '../../shapes/envelope.ts';
import { announceEndpoint } from './announce-endpoint.ts';
import { answerRelayed, type RelayedAnswerInput } from './answer-relayed.ts';
import { openRelay } from './open-relay.ts';
import { publishEvidence } from './publish-evidence.ts';
import { queryEndpoint } from './query-endpoint.ts';
import { relayCall } from './relay-call.ts';
import { createRelayDoor } from './relay-door.ts';
import { createRateLimiter } from '../rate-limiter.ts';

export type Announced = { accepted: true; expiresAt: number; standing: string };
/** The node's own signed words, so that discovery cannot lie about an endpoint. */
export type EndpointAnswer = { announcement: Envelope<EndpointAnnouncement>; capabilities: CapabilityDocument };
export type EvidenceInput = { runId: string; node: string; seq: number; round: number; document: Record<string, unknown> };

export type DiscoveryService = {
  announce(input: { envelope: IncomingEnvelope; capabilities: CapabilityDocument; remoteAddress: string }): Promise<Announced>;
  queryEndpoint(input: { envelope: IncomingEnvelope; remoteAddress: string }): Promise<EndpointAnswer>;
  publishEvidence(input: EvidenceInput & { remoteAddress: string }): Promise<{ accepted: true; hash: string }>;
  /** For as long as the node keeps its socket. */
  openRelay(input: { envelope: IncomingEnvelope; remoteAddress: string; signal: AbortSignal | undefined }): AsyncIterable<RelayItem>;
  relayCall(input: { envelope: IncomingEnvelope; sealed: Hex; remoteAddress: string }): Promise<{ sealed: Hex }>;
  answerRelayed(input: RelayedAnswerInput & { remoteAddress: string }): Promise<{ accepted: true }>;
};

/** Callers are limited by address before anything is checked: each call may cost a signature and some calls to the chain. */
export function createDiscoveryService(deps: Deps): DiscoveryService {
  const { clock, settings } = deps;
  // A dev network has all its nodes on one address.
  const callers = createRateLimiter({ clock, burst: settings.isDev ? 2_000 : 60, perSecond: settings.isDev ? 500 : 10 });
  const askers = createRateLimiter({ clock, burst: 120, perSecond: 20 });
  const door = createRelayDoor(callers, deps);
  return {
    announce({ remoteAddress, ...input }) {
      callers.take(remoteAddress);
      return announceEndpoint(deps, input);
    },
    queryEndpoint({ remoteAddress, ...input }) {
      callers.take(remoteAddress);
      return queryEndpoint(deps, askers, input);
    },
    publishEvidence({ remoteAddress, ...input }) {
      callers.take(remoteAddress);
      return publishEvidence(deps, input);
    },
    openRelay({ remoteAddress, ...input }) {
      callers.take(remoteAddress);
      return openRelay(deps, door, input);
    },
    relayCall({ remoteAddress, ...input }) {
      callers.take(remoteAddress);
      return relayCall(deps, askers, input);
    },
    answerRelayed({ remoteAddress, ...input }) {
      door.admit(input.linkId, remoteAddress);
      return answerRelayed(deps, input);
    },
  };
}
