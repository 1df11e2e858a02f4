import type { IncomingMessage } from 'node:http';
import { createGunzip } from 'node:zlib';
import { createGuardedExchange, headersOf } from './guarded-exchange.ts';
import { checkUrl, GuardedFetchError, type AddressPolicy, type ResolveAll } from './guarded-url.ts';

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
  const exchange = createGuardedExchange(options);

  return async (input, init = {}) => {
    if (input instanceof Request) throw new TypeError('guarded fetch takes a URL, not a Request');
    const url = checkUrl(input, options);
    const timer = AbortSignal.timeout(timeoutMs);
    const signal = init.signal ? AbortSignal.any([init.signal, timer]) : timer;
    try {
      const headers = { 'accept-encoding': 'gzip', ...Object.fromEntries(new Headers(init.headers)) };
      const answer = await exchange({ url, method: init.method ?? 'GET', headers, body: plainBody(init.body), signal });
      return await readWhole(answer, { maxBytes, signal });
    } catch (error) {
      init.signal?.throwIfAborted();
      throw translate(error, timer, timeoutMs);
    }
  };
}

function plainBody(body: GuardedFetchInit['body']): string | Uint8Array | undefined {
  if (body === undefined || body === null) return undefined;
  if (typeof body === 'string' || body instanceof Uint8Array) return body;
  throw new TypeError('guarded fetch takes a string or bytes as body');
}

async function readWhole(answer: IncomingMessage, { maxBytes, signal }: { maxBytes: number; signal: AbortSignal }): Promise<Response> {
  try {
    const status = answer.statusCode ?? 0;
    if (status >= 300 && status < 400) throw new GuardedFetchError('REDIRECT_REFUSED', `The server answered with a redirect (${status})`);
    const headers = headersOf(answer);
    const body = await bytesOf(answer, { maxBytes, signal });
    // What is handed on is decoded already.
    headers.delete('content-encoding');
    headers.delete('content-length');
    const hasNoBody = status === 204 || status === 205;
    return new Response(hasNoBody ? null : body, { status, statusText: answer.statusMessage ?? '', headers });
  } catch (error) {
    answer.destroy();
    throw error;
  }
}

async function bytesOf(
  answer: IncomingMessage,
  { maxBytes, signal }: { maxBytes: number; signal: AbortSignal },
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of decoded(answer)) {
    signal.throwIfAborted();
    size += chunk.byteLength;
    if (size > maxBytes) throw new GuardedFetchError('RESPONSE_TOO_LARGE', `The response is larger than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function decoded(answer: IncomingMessage): AsyncIterable<Uint8Array> {
  const encoding = answer.headers['content-encoding'] ?? 'identity';
  if (encoding === 'identity') return answer;
  if (encoding !== 'gzip') throw new GuardedFetchError('UNREACHABLE', 'The server answered in an encoding that nobody asked for');
  const gunzip = createGunzip();
  answer.on('error', (error) => gunzip.destroy(error));
  return answer.pipe(gunzip);
}

function translate(error: unknown, timer: AbortSignal, timeoutMs: number): GuardedFetchError {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof GuardedFetchError) return cause;
  }
  if (timer.aborted) return new GuardedFetchError('TIMED_OUT', `No complete answer within ${timeoutMs} ms`, { cause: error });
  return new GuardedFetchError('UNREACHABLE', 'The server could not be reached', { cause: error });
}
