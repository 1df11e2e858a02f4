import { Agent, fetch as undiciFetch } from 'undici';
import { checkUrl, createGuardedLookup, GuardedFetchError, type AddressPolicy, type ResolveAll } from './guarded-url.ts';

export interface GuardedStreamOptions extends AddressPolicy {
  /** Until the headers are there, and between two pieces of the body. */
  idleTimeoutMs: number;
  /** Each is checked like the first URL; the headers of authorisation stay with the first origin. */
  maxRedirects: number;
  resolve?: ResolveAll;
}

export interface StreamedResponse {
  status: number;
  headers: Headers;
  /** Not decoded; leaving the loop closes the connection. */
  body: AsyncIterable<Uint8Array>;
}

export type GuardedStream = (
  url: string,
  init: { method?: 'GET' | 'HEAD'; headers?: Record<string, string>; signal: AbortSignal },
) => Promise<StreamedResponse>;

/**
 * GETs what is too large to be held, from URLs that came from a peer: the same checks of name and address as guarded fetch, on every
 * redirect anew. A redirect never leads from https to http. Throws GuardedFetchError, or the signal's reason.
 */
export function createGuardedStream(options: GuardedStreamOptions): GuardedStream {
  const { idleTimeoutMs: timeout, maxRedirects } = options;
  const dispatcher = new Agent({
    connect: { lookup: createGuardedLookup(options), timeout },
    headersTimeout: timeout,
    bodyTimeout: timeout,
  });

  return async (first, { method = 'GET', headers = {}, signal }) => {
    let url = checkUrl(first, options);
    const { origin } = url;
    for (let redirects = 0; ; redirects += 1) {
      const { authorization: _secret, ...plain } = headers;
      const sent = { 'accept-encoding': 'identity', ...(url.origin === origin ? headers : plain) };
      const response = await undiciFetch(url, { method, headers: sent, redirect: 'manual', signal, dispatcher }).catch((error: unknown) => {
        signal.throwIfAborted();
        throw translate(error);
      });
      const location = response.headers.get('location');
      if (response.status < 300 || response.status >= 400 || location === null)
        return { status: response.status, headers: new Headers([...response.headers]), body: pieces(response.body, signal) };
      await response.body?.cancel();
      if (redirects >= maxRedirects) throw new GuardedFetchError('REDIRECT_REFUSED', `More than ${maxRedirects} redirects`);
      const next = checkUrl(new URL(location, url), options);
      if (url.protocol === 'https:' && next.protocol !== 'https:')
        throw new GuardedFetchError('REDIRECT_REFUSED', 'The server redirects from https to http');
      url = next;
    }
  };
}

async function* pieces(body: AsyncIterable<Uint8Array> | null, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  try {
    for await (const piece of body ?? []) yield piece;
  } catch (error) {
    signal.throwIfAborted();
    throw translate(error);
  }
}

function translate(error: unknown): GuardedFetchError {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof GuardedFetchError) return cause;
    if ('code' in cause && typeof cause.code === 'string' && /TIMEOUT/.test(cause.code))
      return new GuardedFetchError('TIMED_OUT', 'The server is silent', { cause: error });
  }
  return new GuardedFetchError('UNREACHABLE', 'The connection failed', { cause: error });
}
