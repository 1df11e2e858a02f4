import type { IncomingMessage } from 'node:http';
import { createGuardedExchange, headersOf, type Exchange, type ExchangeRequest } from './guarded-exchange.ts';
import { checkUrl, GuardedFetchError, type AddressPolicy, type ResolveAll } from './guarded-url.ts';

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
  const { idleTimeoutMs: idleMs, maxRedirects } = options;
  const exchange = createGuardedExchange(options);

  return async (first, { method = 'GET', headers = {}, signal }) => {
    let url = checkUrl(first, options);
    const { origin } = url;
    for (let redirects = 0; ; redirects += 1) {
      const { authorization: _secret, ...plain } = headers;
      const sent = { 'accept-encoding': 'identity', ...(url.origin === origin ? headers : plain) };
      const answer = await headOf(exchange, { url, method, headers: sent, signal }, idleMs);
      const { statusCode: status = 0 } = answer;
      const { location } = answer.headers;
      if (status < 300 || status >= 400 || location === undefined)
        return { status, headers: headersOf(answer), body: pieces(answer, { idleMs, signal }) };
      answer.destroy();
      if (redirects >= maxRedirects) throw new GuardedFetchError('REDIRECT_REFUSED', `More than ${maxRedirects} redirects`);
      if (!URL.canParse(location, url.href)) throw new GuardedFetchError('REDIRECT_REFUSED', 'The server redirects to what is no URL');
      const next = checkUrl(new URL(location, url), options);
      if (url.protocol === 'https:' && next.protocol !== 'https:')
        throw new GuardedFetchError('REDIRECT_REFUSED', 'The server redirects from https to http');
      url = next;
    }
  };
}

async function headOf(exchange: Exchange, request: ExchangeRequest, idleMs: number): Promise<IncomingMessage> {
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(silent()), idleMs);
  try {
    return await exchange({ ...request, signal: AbortSignal.any([request.signal, silence.signal]) });
  } catch (error) {
    request.signal.throwIfAborted();
    throw translate(silence.signal.aborted ? silence.signal.reason : error);
  } finally {
    clearTimeout(timer);
  }
}

/** Counts only the time that is spent waiting for the other side, not what the reader takes for a piece. */
async function* pieces(answer: IncomingMessage, { idleMs, signal }: { idleMs: number; signal: AbortSignal }): AsyncGenerator<Uint8Array> {
  const reader: AsyncIterator<Uint8Array> = answer[Symbol.asyncIterator]();
  try {
    for (;;) {
      const timer = setTimeout(() => answer.destroy(silent()), idleMs);
      const { done, value } = await reader.next().finally(() => clearTimeout(timer));
      if (done) return;
      yield value;
    }
  } catch (error) {
    signal.throwIfAborted();
    throw translate(error);
  } finally {
    answer.destroy();
  }
}

const silent = () => new GuardedFetchError('TIMED_OUT', 'The server is silent');

function translate(error: unknown): GuardedFetchError {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof GuardedFetchError) return cause;
  }
  return new GuardedFetchError('UNREACHABLE', 'The connection failed', { cause: error });
}
