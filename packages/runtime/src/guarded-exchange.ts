import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { createGuardedLookup, type AddressPolicy, type ResolveAll } from './guarded-url.ts';

export interface ExchangeRequest {
  /** Checked by the caller. */
  url: URL;
  method: string;
  headers: Record<string, string>;
  body?: string | Uint8Array | undefined;
  signal: AbortSignal;
}

/** Resolves with the head of the answer; its body is still to come. */
export type Exchange = (request: ExchangeRequest) => Promise<IncomingMessage>;

/**
 * One request over node's own HTTP client, to an address that was checked as it was resolved: an agent that idles for months should not carry
 * a second client in its memory. A connection each: these calls are rare, and a kept one may be closed by the other side just when
 * the next message is on its way.
 */
export function createGuardedExchange(policy: AddressPolicy & { resolve?: ResolveAll }): Exchange {
  const connection = { lookup: createGuardedLookup(policy), keepAlive: false };
  const agents = { http: new HttpAgent(connection), https: new HttpsAgent(connection) };
  return ({ url, body, ...options }) =>
    new Promise((resolve, reject) => {
      const request =
        url.protocol === 'https:'
          ? httpsRequest(url, { ...options, agent: agents.https }, resolve)
          : httpRequest(url, { ...options, agent: agents.http }, resolve);
      request.on('error', reject);
      request.end(body);
    });
}

export const headersOf = (answer: IncomingMessage): Headers =>
  new Headers(Object.entries(answer.headers).map(([name, value]) => [name, String(value)]));
