import { Agent, fetch as undiciFetch, type Response as UndiciResponse } from 'undici';
import { checkUrl, createGuardedLookup, GuardedFetchError, type AddressPolicy, type ResolveAll } from './guarded-url.ts';

export { GuardedFetchError, type GuardedFetchErrorCode } from './guarded-url.ts';

export interface GuardedFetchOptions extends AddressPolicy {
  /** For the whole exchange: name, connection, headers and body. */
  timeoutMs: number;
  /** Of the response's body, after decompression. */
  maxBytes: number;
  resolve?: ResolveAll;
}

/** The part of RequestInit that is honoured, in the form that tRPC's links pass it. */
export interface GuardedFetchInit {
  method?: string | undefined;
  headers?: RequestInit['headers'] | undefined;
  body?: RequestInit['body'] | undefined;
  signal?: AbortSignal | null | undefined;
}

export type GuardedFetch = (input: string | URL | Request, init?: GuardedFetchInit) => Promise<Response>;

/**
 * A `fetch` for URLs that came from the chain or from a peer. Each connection goes to addresses that were resolved once and
 * checked; redirects are refused; the body is read whole within the caps. Usable as the `fetch` of a tRPC link.
 * Throws GuardedFetchError, or the caller's abort reason.
 */
export function createGuardedFetch(options: GuardedFetchOptions): GuardedFetch {
  const { timeoutMs, maxBytes } = options;
  const dispatcher = new Agent({ connect: { lookup: createGuardedLookup(options) } });

  return async (input, init = {}) => {
    if (input instanceof Request) throw new TypeError('guarded fetch takes a URL, not a Request');
    const url = checkUrl(input, options);
    const timer = AbortSignal.timeout(timeoutMs);
    const signal = init.signal ? AbortSignal.any([init.signal, timer]) : timer;
    try {
      const response = await undiciFetch(url, {
        method: init.method ?? 'GET',
        headers: [...new Headers(init.headers)],
        body: plainBody(init.body),
        redirect: 'manual',
        signal,
        dispatcher,
      });
      return await readWhole(response, maxBytes);
    } catch (error) {
      init.signal?.throwIfAborted();
      throw translate(error, timer, timeoutMs);
    }
  };
}

function plainBody(body: GuardedFetchInit['body']): string | Uint8Array | null {
  if (body === undefined || body === null) return null;
  if (typeof body === 'string' || body instanceof Uint8Array) return body;
  throw new TypeError('guarded fetch takes a string or bytes as body');
}

async function readWhole(response: UndiciResponse, maxBytes: number): Promise<Response> {
  if (response.status >= 300 && response.status < 400) {
    await response.body?.cancel();
    throw new GuardedFetchError('REDIRECT_REFUSED', `The server answered with a redirect (${response.status})`);
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    // Leaving the loop cancels the body, which closes the connection.
    if (size > maxBytes) throw new GuardedFetchError('RESPONSE_TOO_LARGE', `The response is larger than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  const headers = new Headers([...response.headers]);
  // The body below is already decoded.
  headers.delete('content-encoding');
  headers.delete('content-length');
  const hasNoBody = response.status === 204 || response.status === 205;
  return new Response(hasNoBody ? null : Buffer.concat(chunks), { status: response.status, statusText: response.statusText, headers });
}

function translate(error: unknown, timer: AbortSignal, timeoutMs: number): GuardedFetchError {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof GuardedFetchError) return cause;
  }
  if (timer.aborted) return new GuardedFetchError('TIMED_OUT', `No complete answer within ${timeoutMs} ms`, { cause: error });
  return new GuardedFetchError('UNREACHABLE', 'The server could not be reached', { cause: error });
}
