import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createGuardedStream, type StreamedResponse } from './guarded-stream.ts';

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  }
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return `http://127.0.0.1:${port}`;
}

const { signal } = new AbortController();
const patient = { allowPrivate: true, idleTimeoutMs: 60_000, maxRedirects: 2 };
const stream = createGuardedStream(patient);
async function textOf({ body }: StreamedResponse): Promise<string> {
  let text = '';
  for await (const piece of body) text += Buffer.from(piece).toString();
  return text;
}

describe('createGuardedStream', () => {
  it('follows a redirect, and leaves the authorisation behind when it leads to another origin', async () => {
    const seen: (string | undefined)[] = [];
    const target = await serve((req, res) => {
      seen.push(req.headers.authorization);
      res.end('blob');
    });
    const source = await serve((req, res) => {
      seen.push(req.headers.authorization);
      res.writeHead(307, { location: req.url === '/here' ? '/there' : `${target}/blob` }).end();
    });
    expect(await textOf(await stream(`${source}/here`, { signal, headers: { authorization: 'Basic x' } }))).toBe('blob');
    expect(seen).toEqual(['Basic x', 'Basic x', undefined]);
  });

  it('gives up on a ring of redirects, and on one that leads to a forbidden address', async () => {
    const ring = await serve((_, res) => res.writeHead(302, { location: '/again' }).end());
    await expect(stream(ring, { signal })).rejects.toMatchObject({ code: 'REDIRECT_REFUSED' });
    const metadata = await serve((_, res) => res.writeHead(302, { location: 'http://169.254.169.254/latest' }).end());
    await expect(stream(metadata, { signal })).rejects.toMatchObject({ code: 'ADDRESS_FORBIDDEN' });
  });

  it('gives up on a redirect that leads nowhere', async () => {
    const lost = await serve((_, res) => res.writeHead(302, { location: 'http://[' }).end());
    await expect(stream(lost, { signal })).rejects.toMatchObject({ code: 'REDIRECT_REFUSED' });
  });

  it('refuses private addresses off the dev chain', async () => {
    const open = await serve((_, res) => res.end());
    const strict = createGuardedStream({ ...patient, allowPrivate: false });
    await expect(strict(open, { signal })).rejects.toMatchObject({ code: 'ADDRESS_FORBIDDEN' });
  });

  it('tells a broken body from a silent one', async () => {
    const broken = await serve((_, res) => res.writeHead(200, { 'content-length': 10 }).write('half', () => res.destroy()));
    await expect(stream(broken, { signal }).then(textOf)).rejects.toMatchObject({ code: 'UNREACHABLE' });
    const silent = await serve((_, res) => res.writeHead(200, { 'content-length': 10 }).write('half'));
    const hasty = createGuardedStream({ ...patient, idleTimeoutMs: 100 });
    await expect(hasty(silent, { signal }).then(textOf)).rejects.toMatchObject({ code: 'TIMED_OUT' });
  });

  it('ends with the reason of its signal', async () => {
    const silent = await serve((_, res) => res.writeHead(200).write('half'));
    const abort = new AbortController();
    const reading = stream(silent, { signal: abort.signal }).then(textOf);
    abort.abort(new Error('enough'));
    await expect(reading).rejects.toThrow('enough');
  });
});
