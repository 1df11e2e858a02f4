import type { Hex } from 'viem';

import type { Envelope, SignOptions } from '../messages/define-message.ts';
import { audienceOfOrigin, newHeader } from '../messages/header.ts';
import { RelayCall } from '../messages/relay-call.ts';
import { signWithRetry } from '../messages/sign-with-retry.ts';
import type { NodeLocation } from './node-location.ts';
import { hashOfSealed, sealRelayedRequest } from './relayed-call.ts';

/** As much of `fetch` as a tRPC link uses. */
export type CallFetch = (
  input: string | URL | Request,
  init?: {
    method?: string | undefined;
    headers?: RequestInit['headers'] | undefined;
    body?: RequestInit['body'] | undefined;
    signal?: AbortSignal | null | undefined;
  },
) => Promise<Response>;

export interface ReachOptions extends SignOptions {
  role: RelayCall['role'];
  /** Our clock, unix ms. */
  now: () => number;
  /** How long the node has for its answer, in ms; at most the cap of RelayCall. */
  timeoutMs: number;
  /** For a node with an endpoint: the guarded one, since the endpoint is a stranger's word. */
  fetch: CallFetch;
  /** POSTs to discovery's `relay`, and resolves to the sealed answer. Throws AppError. */
  relay: (discoveryUri: string, call: { envelope: Envelope<RelayCall>; sealed: Hex }, signal: AbortSignal | null) => Promise<Hex>;
}

/** What a tRPC link needs to speak to the node, whichever way leads there. */
export function reachNode(location: NodeLocation, options: ReachOptions): { endpoint: string; fetch: CallFetch } {
  if (location.kind === 'direct') return { endpoint: location.endpoint, fetch: options.fetch };
  return { endpoint: `relay://${location.node}`, fetch: createRelayFetch(location, options) };
}

type RelayLocation = Extract<NodeLocation, { kind: 'relay' }>;

/** A `fetch` whose requests travel sealed through discovery. What the relay refuses is thrown; what the node refuses is its response. */
function createRelayFetch({ discoveryUri, runId, node, encryptionKey }: RelayLocation, options: ReachOptions): CallFetch {
  const { domain, signer, role, now, timeoutMs, relay } = options;
  return async (input, init = {}) => {
    if (input instanceof Request || typeof init.body !== 'string') throw new TypeError('a relayed call is a URL and a text');
    const path = String(input).split('?', 1)[0]?.split('/').at(-1) ?? '';
    const request = await sealRelayedRequest({ to: { runId, node }, encryptionKey, path, body: init.body });
    const { sealed } = request;
    const sealedAnswer = await signWithRetry(RelayCall, {
      domain,
      signer,
      now: now(),
      build: (at) => ({
        ...newHeader({ runId, sender: signer.address, audience: audienceOfOrigin(discoveryUri), now: at, ttlMs: timeoutMs }),
        node,
        role,
        sealedHash: hashOfSealed(sealed),
      }),
      send: (envelope) => relay(discoveryUri, { envelope, sealed }, init.signal ?? null),
    });
    const { status, body } = await request.openAnswer(sealedAnswer);
    return new Response(body, { status, headers: { 'content-type': 'application/json' } });
  };
}
