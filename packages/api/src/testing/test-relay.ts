import { createTRPCClient, createWSClient, wsLink } from '@trpc/client';
import type { createSealKey } from '@muster/protocol/crypto/sealed-box';
import { signMessage } from '@muster/protocol/messages/define-message';
import type { MusterDomain } from '@muster/protocol/messages/domain';
import { audienceOfOrigin, newHeader } from '@muster/protocol/messages/header';
import { RelayOpen } from '@muster/protocol/messages/relay-open';
import { openRelayedRequest } from '@muster/protocol/relay/relayed-call';
import type { RelayItem } from '@muster/protocol/relay/relay-item';
import type { DiscoveryRouter } from '../types.ts';
import type { TestNode } from './test-node.ts';
import { standardWebSocket } from './web-socket.ts';

export type TestRelay = {
  items: RelayItem[];
  /** What came of calls that were not answered: what discovery said to answers that it did not take. */
  refused: unknown[];
  /** What it was told when it ended; undefined while it stands. */
  error(): unknown;
  close(): Promise<void>;
};

export type TestRelayOptions = {
  node: TestNode;
  runId: string;
  domain: MusterDomain;
  /** Where the node connects; the audience stays that of `origin`. */
  url: string;
  origin: string;
  key: Awaited<ReturnType<typeof createSealKey>>;
  sequence?: number;
  /** Takes calls and says nothing. */
  mute?: boolean;
  /** Says of every call that it has no answer. */
  refuse?: boolean;
  /** Answers so, whatever it is asked. */
  answer?: { status: number; body: string };
};

/** A relayed node's socket: opens every call, asks the node's own router, and answers over the same socket. */
export function openTestRelay({
  node,
  runId,
  domain,
  url,
  origin,
  key,
  sequence = Date.now(),
  mute = false,
  refuse = false,
  answer,
}: TestRelayOptions): TestRelay {
  const { signer, seq } = node;
  const socket = createWSClient({ url: `${url.replace('http', 'ws')}/discovery`, WebSocket: standardWebSocket() });
  const client = createTRPCClient<DiscoveryRouter>({ links: [wsLink({ client: socket })] });
  const items: RelayItem[] = [];
  const refused: unknown[] = [];
  let linkId = '';
  let error: unknown;

  async function take(item: RelayItem): Promise<void> {
    items.push(item);
    if (item.kind === 'opened') linkId = item.linkId;
    else if (refuse) await client.answerRelayed.mutate({ linkId, callId: item.callId, sealed: null });
    else if (!mute) {
      const request = await openRelayedRequest(key.privateKey, item.sealed, { runId, node: signer.address });
      if (request === null) throw new Error('not sealed to this node');
      const response = answer ? new Response(answer.body, answer) : await node.call(request.path, request.body);
      const sealed = await request.sealAnswer({ status: response.status, body: await response.text() });
      await client.answerRelayed.mutate({ linkId, callId: item.callId, sealed });
    }
  }

  const header = newHeader({ runId, sender: signer.address, audience: audienceOfOrigin(origin), now: Date.now(), ttlMs: 30_000 });
  const envelope = signMessage(RelayOpen, { ...header, seq, sequence }, { domain, signer });
  const onData = (item: RelayItem): void => void take(item).catch((reason: unknown) => refused.push(reason));
  client.openRelay.subscribe({ envelope }, { onData, onError: (reason) => (error = reason) });
  return { items, refused, error: () => error, close: () => socket.close() };
}
