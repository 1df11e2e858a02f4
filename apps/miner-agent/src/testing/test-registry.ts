import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { digestOf, imageOf, indexOf, tarOf, type ImageOptions, type TestBlob, type TestImage } from './test-image.ts';

/** What the registry does to those who ask; may be changed while it runs. */
export interface RegistryBehaviour {
  /** Null: open to everybody. */
  auth: { kind: 'basic' | 'token'; username: string; password: string } | null;
  /** So much of every blob is sent at once, and what follows at a crawl, until this is more, or null. */
  crawlAfterBytes: number | null;
  /** Breaks the connection after so many bytes of the next blob with at least as many; then no more. */
  breakAfterBytes: number | null;
  /** So many of the next requests are refused as too many. */
  tooManyRequests: number;
  honoursRange: boolean;
}

export interface SeenRequest {
  method: string;
  path: string;
  range: string | null;
  status: number;
}

export interface TestRegistry {
  /** Of the one image that it has from the beginning. */
  image: string;
  /** host:port, for references to what it does not have. */
  host: string;
  behaviour: RegistryBehaviour;
  requests: SeenRequest[];
  /** How often a blob was asked for, by its digest. */
  fetchesOf(digest: string): number;
  /** Puts an image there, in place of one with the same tag; its reference and digests. */
  add(name: string, image: { layers: Buffer[] } & ImageOptions): TestImage & { reference: string };
  /** Loses a blob. */
  forget(digest: string): void;
  /** Gives other bytes to whoever asks for this digest in this repository. */
  exchange(repository: string, digest: string, by: TestBlob): void;
  /** Puts an index there that holds images for several platforms. */
  addIndex(name: string, platforms: { os: string; architecture: string; layers: Buffer[] }[]): { reference: string; digest: string };
  stop(): Promise<void>;
}

const OPEN: RegistryBehaviour = {
  auth: null,
  crawlAfterBytes: null,
  breakAfterBytes: null,
  tooManyRequests: 0,
  honoursRange: true,
};
const TOKEN = 'a-token-of-this-registry';
const CHUNK = 16 * 1024;
/** 20 KiB a second: more than makes an agent give up a registry, and no layer of a test ends by it. */
const CRAWL = { bytes: 2 * 1024, everyMs: 100 };

/** The pull half of the distribution API on loopback, where plain HTTP is accepted, with the misbehaviour that a test asks for. */
export async function startTestRegistry(behaviour: Partial<RegistryBehaviour> = {}): Promise<TestRegistry> {
  const current: RegistryBehaviour = { ...OPEN, ...behaviour };
  const manifests = new Map<string, TestBlob>();
  const blobs = new Map<string, TestBlob>();
  const requests: SeenRequest[] = [];
  let host = '';

  function answer(req: IncomingMessage, res: ServerResponse): void {
    const path = new URL(req.url ?? '/', 'http://registry').pathname;
    const seen: SeenRequest = { method: req.method ?? '', path, range: req.headers.range ?? null, status: 0 };
    requests.push(seen);
    res.once('close', () => (seen.status = res.statusCode));
    if (path === '/token') return answerToken(req, res);
    if (current.tooManyRequests > 0) {
      current.tooManyRequests -= 1;
      return refuse(res, 429, 'TOOMANYREQUESTS', { 'retry-after': '1' });
    }
    if (!isAuthorised(req)) return refuse(res, 401, 'UNAUTHORIZED', { 'www-authenticate': challenge(path) });
    if (path === '/v2/') return void res.writeHead(200).end('{}');
    const [, repository = '', kind = '', name = ''] = /^\/v2\/(.+)\/(manifests|blobs)\/([^/]+)$/.exec(path) ?? [];
    const found = kind === 'manifests' ? manifests.get(`${repository}:${name}`) : blobs.get(name);
    if (!found) return refuse(res, 404, kind === 'blobs' ? 'BLOB_UNKNOWN' : 'MANIFEST_UNKNOWN', {});
    void send(req, res, found, kind === 'blobs').catch(() => res.destroy());
  }

  function answerToken(req: IncomingMessage, res: ServerResponse): void {
    if (current.auth && req.headers.authorization !== basicOf(current.auth)) return refuse(res, 401, 'UNAUTHORIZED', {});
    res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ token: TOKEN }));
  }

  function isAuthorised({ headers }: IncomingMessage): boolean {
    if (!current.auth) return true;
    return headers.authorization === (current.auth.kind === 'basic' ? basicOf(current.auth) : `Bearer ${TOKEN}`);
  }

  function challenge(path: string): string {
    const repository = /^\/v2\/(.+)\/(?:manifests|blobs)\//.exec(path)?.[1] ?? '';
    return current.auth?.kind === 'basic'
      ? 'Basic realm="test"'
      : `Bearer realm="http://${host}/token",service="test registry",scope="repository:${repository}:pull"`;
  }

  async function send(req: IncomingMessage, res: ServerResponse, { bytes, mediaType }: TestBlob, isBlob: boolean): Promise<void> {
    const from = current.honoursRange ? Number(/^bytes=(\d+)-$/.exec(req.headers.range ?? '')?.[1] ?? 0) : 0;
    const body = bytes.subarray(from);
    res.writeHead(from > 0 ? 206 : 200, {
      'content-type': mediaType,
      'content-length': body.length,
      'docker-content-digest': digestOf(bytes),
      ...(from > 0 ? { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` } : {}),
    });
    if (req.method === 'HEAD') return void res.end();
    if (!isBlob) return void res.end(body);
    const breakAt = current.breakAfterBytes !== null && body.length > current.breakAfterBytes ? current.breakAfterBytes : null;
    if (breakAt !== null) current.breakAfterBytes = null;
    for (let offset = 0; offset < body.length;) {
      if (res.destroyed) return;
      if (breakAt !== null && offset >= breakAt) return void res.destroy();
      const isCrawling = offset >= (current.crawlAfterBytes ?? Infinity);
      const chunk = body.subarray(offset, offset + (isCrawling ? CRAWL.bytes : CHUNK));
      await new Promise<void>((resolve, reject) => res.write(chunk, (error) => (error ? reject(error) : resolve())));
      offset += chunk.length;
      if (isCrawling) await sleep(CRAWL.everyMs);
    }
    res.end();
  }

  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  host = `127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;

  function keep(name: string, image: TestImage): void {
    const [repository = '', tag = 'latest'] = name.split(':');
    for (const blob of [image.config, ...image.layers]) blobs.set(digestOf(blob.bytes), blob);
    manifests.set(`${repository}:${tag}`, image.manifest);
    manifests.set(`${repository}:${image.digest}`, image.manifest);
  }

  const registry: TestRegistry = {
    host,
    image: `${host}/team/unique:1`,
    behaviour: current,
    requests,
    fetchesOf: (digest) => requests.filter(({ method, path }) => method === 'GET' && path.endsWith(`/blobs/${digest}`)).length,
    add(name, { layers, ...options }) {
      const image = imageOf(layers, options);
      keep(name, image);
      return { ...image, reference: `${host}/${name}` };
    },
    exchange(repository, digest, by) {
      manifests.set(`${repository}:${digest}`, by);
      blobs.set(digest, by);
    },
    forget: (digest) => void blobs.delete(digest),
    addIndex(name, platforms) {
      const [repository = ''] = name.split(':');
      const images = platforms.map(({ layers, ...platform }) => ({ platform, image: imageOf(layers, { platform }) }));
      for (const { image } of images) keep(`${repository}:${image.digest}`, image);
      const index = indexOf(images);
      const digest = digestOf(index.bytes);
      manifests.set(name.includes(':') ? name : `${name}:latest`, index);
      manifests.set(`${repository}:${digest}`, index);
      return { reference: `${host}/${name}`, digest };
    },
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  registry.add('team/unique:1', { layers: [await tarOf({ unique: randomBytes(300_000) })] });
  return registry;
}

const basicOf = ({ username, password }: { username: string; password: string }): string =>
  `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;

function refuse(res: ServerResponse, status: number, code: string, headers: Record<string, string>): void {
  const body = JSON.stringify({ errors: [{ code, message: code.toLowerCase().replaceAll('_', ' ') }] });
  res.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
}
