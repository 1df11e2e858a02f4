import type { Address, Hex } from 'viem';

import type { EndpointAnnouncement } from '../messages/endpoint-announcement.ts';

/** The way to a node's inbound API, by the node's own signed word: an endpoint, or the relay of the discovery that gave it. */
export type NodeLocation =
  | { kind: 'direct'; endpoint: string }
  | { kind: 'relay'; discoveryUri: string; runId: string; node: Address; encryptionKey: Hex };

export function locationOf(announcement: EndpointAnnouncement, discoveryUri: string): NodeLocation {
  const { relay, endpoint, runId, sender: node, encryptionKey } = announcement;
  return relay ? { kind: 'relay', discoveryUri, runId, node, encryptionKey } : { kind: 'direct', endpoint };
}
