import { request as httpRequest, STATUS_CODES, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { createGunzip } from 'node:zlib';
import { SmallBody, type BodyInput } from './small-body.ts';
import { SmallHeaders, type HeadersInput } from './small-headers.ts';

interface RequestInput {
  method?: string | undefined;
  headers?: HeadersInput | undefined;
  body?: BodyInput;
  signal?: AbortSignal | null | undefined;
}

export class SmallRequest extends SmallBody {
  readonly url: string;
  readonly method: string;
  readonly headers: SmallHeaders;
  readonly signal: AbortSignal;

  constructor(url: string | URL, { method = 'GET', headers, body, signal }: RequestInput = {}) {
    super(body);
    this.url = new URL(url).href;
    this.method = method.toUpperCase();
    if (body !== undefined && body !== null && (this.method === 'GET' || this.method === 'HEAD'))
      throw new TypeError(`Request with ${this.method} method cannot have a body`);
    this.headers = new SmallHeaders(headers);
    this.signal = signal ?? new AbortController().signal;
    withTypeOf(body, this.headers);
  }
}

export class SmallResponse extends SmallBody {
  readonly status: number;
  readonly statusText: string;
  readonly headers: SmallHeaders;

  constructor(
    body?: BodyInput,
    { status = 200, statusText = '', headers }: { status?: number; statusText?: string; headers?: HeadersInput } = {},
  ) {
    super(body);
    if (status < 200 || status > 599) throw new RangeError(`a response has no status ${status}`);
    this.status = status;
    this.statusText = statusText;
    this.headers = new SmallHeaders(headers);
    withTypeOf(body, this.headers);
  }

  get ok(): boolean {
    return this.status >= 200 && this.status < 300;
  }
}

/** An answer that was read whole: whoever could take it in pieces takes its text. */
class WholeResponse extends SmallResponse {
  override get body(): null {
    return null;
  }
}

function withTypeOf(body: BodyInput, headers: SmallHeaders): void {
  if (typeof body === 'string' && !headers.has('content-type')) headers.set('content-type', 'text/plain;charset=UTF-8');
}

/** Over node's own HTTP client and its kept connections. It follows no redirects: the answer is the redirect. */
export async function smallFetch(input: string | URL | SmallRequest, init: RequestInput = {}): Promise<SmallResponse> {
  const request = input instanceof SmallRequest ? input : new SmallRequest(input, init);
  const body = await request.bytes();
  try {
    const answer = await send(request, body);
    const chunks: Uint8Array[] = [];
    for await (const chunk of decoded(answer)) chunks.push(chunk);
    const headers = Object.entries(answer.headers).flatMap(([name, value]) => [value ?? []].flat().map((one) => [name, one]));
    const { statusCode: status = 500 } = answer;
    return new WholeResponse(Buffer.concat(chunks), { status, statusText: answer.statusMessage ?? STATUS_CODES[status] ?? '', headers });
  } catch (cause) {
    request.signal.throwIfAborted();
    throw new TypeError('fetch failed', { cause });
  }
}

function send({ url, method, headers, signal }: SmallRequest, body: Uint8Array): Promise<IncomingMessage> {
  const all = { 'accept-encoding': 'gzip', ...Object.fromEntries(headers) };
  const open = url.startsWith('https:') ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const sent = open(url, { method, headers: all, signal }, resolve);
    sent.on('error', reject);
    sent.end(body.byteLength === 0 ? undefined : body);
  });
}

function decoded(answer: IncomingMessage): AsyncIterable<Uint8Array> {
  if (answer.headers['content-encoding'] !== 'gzip') return answer;
  const gunzip = createGunzip();
  answer.on('error', (error) => gunzip.destroy(error));
  return answer.pipe(gunzip);
}
