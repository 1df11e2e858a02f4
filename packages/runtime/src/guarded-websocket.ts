import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { checkUrl, createGuardedLookup, type AddressPolicy, type ResolveAll } from './guarded-url.ts';

export interface GuardedWebSocketOptions extends AddressPolicy {
  /** Of one message. */
  maxBytes: number;
  handshakeTimeoutMs: number;
  resolve?: ResolveAll;
}

/**
 * Options for `new WebSocket(url, options)` of the ws library, for a URL from the chain or a peer: the connection goes to
 * checked, pinned addresses and follows no redirect. Throws GuardedFetchError when the URL itself is refused.
 */
export function guardedWebSocketOptions(url: string, options: GuardedWebSocketOptions) {
  const { protocol } = checkUrl(url, { ...options, schemes: ['ws:', 'wss:'] });
  const lookup = createGuardedLookup(options);
  return {
    agent: protocol === 'wss:' ? new HttpsAgent({ lookup }) : new HttpAgent({ lookup }),
    followRedirects: false as const,
    handshakeTimeout: options.handshakeTimeoutMs,
    maxPayload: options.maxBytes,
  };
}
