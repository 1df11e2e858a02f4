import { fetchRequestHandler } from '@trpc/server/adapters/fetch';
import { createMinerRouter, type MinerHandlers } from '@muster/api/miner';
import { MAX_RELAYED_ANSWER_BYTES, openRelayedRequest, type RelayedNode } from '@muster/protocol/relay/relayed-call';
import type { Hex } from 'viem';

export interface SealedCall {
  callId: string;
  sealed: Hex;
  /** How much longer somebody waits for the answer. */
  ttlMs: number;
}

/** The node's inbound surface without a port: what comes sealed through discovery meets the same router. */
export interface RelayDesk {
  /** The sealed answer; null for what was not sealed to this node, or when too much is under way. */
  answer(call: SealedCall): Promise<Hex | null>;
  /** Discovery has the answer, or waits for it no longer: it will not ask for it again. */
  forget(callId: string): void;
}

export interface RelayDeskOptions {
  handlers: MinerHandlers;
  me: RelayedNode;
  /** Of the announced encryption key. */
  privateKey: Uint8Array;
  monotonic: () => number;
}

/** Discovery lets eight wait; an answer may be two megabytes. */
const MAX_KEPT = 16;

export function createRelayDesk({ handlers, me, privateKey, monotonic }: RelayDeskOptions): RelayDesk {
  const router = createMinerRouter(handlers);
  const kept = new Map<string, { until: number; answer: Promise<Hex | null> }>();

  async function answer(sealed: Hex): Promise<Hex | null> {
    const request = await openRelayedRequest(privateKey, sealed, me);
    if (request === null) return null;
    const { path, body } = request;
    const req = new Request(`http://node/${path}`, { method: 'POST', body, headers: { 'content-type': 'application/json' } });
    const response = await fetchRequestHandler({ router, endpoint: '', req });
    const text = await response.text();
    // Discovery would close the connection over it; no answer of the protocol is so long.
    if (text.length > MAX_RELAYED_ANSWER_BYTES) return request.sealAnswer({ status: 500, body: '' });
    return request.sealAnswer({ status: response.status, body: text });
  }

  return {
    // After a reconnect discovery hands over again what has no answer yet: it is done once, and answered over the new connection.
    answer({ callId, sealed, ttlMs }) {
      for (const [id, { until }] of kept) if (until <= monotonic()) kept.delete(id);
      const known = kept.get(callId);
      if (known) return known.answer;
      if (kept.size >= MAX_KEPT) return Promise.resolve(null);
      const made = answer(sealed);
      kept.set(callId, { until: monotonic() + ttlMs, answer: made });
      return made;
    },
    forget: (callId) => void kept.delete(callId),
  };
}
