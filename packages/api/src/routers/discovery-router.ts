import { agentRouter } from '../agent-trpc.ts';
import { announceEndpoint } from './discovery/announce-endpoint.ts';
import { answerRelayed } from './discovery/answer-relayed.ts';
import { openRelay } from './discovery/open-relay.ts';
import { publishEvidence } from './discovery/publish-evidence.ts';
import { queryEndpoint } from './discovery/query-endpoint.ts';
import { relayCall } from './discovery/relay-call.ts';

/** Nodes, validators and masters, at the run's discovery URI (/discovery). */
export const discoveryRouter = agentRouter({
  announce: announceEndpoint,
  queryEndpoint,
  publishEvidence,
  relay: relayCall,
  openRelay,
  answerRelayed,
});
export type DiscoveryRouter = typeof discoveryRouter;
