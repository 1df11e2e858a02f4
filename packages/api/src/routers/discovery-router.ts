import { agentRouter } from '../agent-trpc.ts';
import { announceEndpoint } from './discovery/announce-endpoint.ts';
import { publishEvidence } from './discovery/publish-evidence.ts';
import { queryEndpoint } from './discovery/query-endpoint.ts';

/** Nodes, validators and masters, at the run's discovery URI (/discovery). */
export const discoveryRouter = agentRouter({ announce: announceEndpoint, queryEndpoint, publishEvidence });
export type DiscoveryRouter = typeof discoveryRouter;
