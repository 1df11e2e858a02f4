import { createServer, type RequestListener, type Server } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { smallFetch, SmallRequest, SmallResponse } from './small-fetch.ts';

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

async function serve(listener: RequestListener): Promise<string> {
  const started = createServer(listener);
  server = started;
  await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve));
  const address = started.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/`;
}

const both = [
  ['node’s own', fetch, Request, Response],
  ['the small one', smallFetch, SmallRequest, SmallResponse],
] as const;

describe.each(both)('a fetch: %s', (_name, get, AnyRequest, AnyResponse) => {
  it('posts a body and reads the answer', async () => {
    const url = await serve((req, res) => {
      let text = '';
      req.on('data', (chunk: Buffer) => (text += chunk.toString()));
      req.on('end', () =>
        res
          .writeHead(201, 'Made', { 'x-one': 'a', 'set-cookie': ['b', 'c'] })
          .end(JSON.stringify({ method: req.method, type: req.headers['content-type'], length: req.headers['content-length'], text })),
      );
    });
    const answer = await get(url, { method: 'post', body: 'grüße', headers: { 'content-type': 'application/json' } });
    expect({ status: answer.status, statusText: answer.statusText, ok: answer.ok }).toEqual({ status: 201, statusText: 'Made', ok: true });
    expect(answer.headers.get('X-One')).toBe('a');
    expect(answer.headers.getSetCookie()).toEqual(['b', 'c']);
    expect(await answer.json()).toEqual({ method: 'POST', type: 'application/json', length: '7', text: 'grüße' });
    await expect(answer.text()).rejects.toBeInstanceOf(TypeError);
  });

  it('reads what comes compressed', async () => {
    const url = await serve((req, res) => {
      expect(req.headers['accept-encoding']).toContain('gzip');
      res.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('a'.repeat(5_000)));
    });
    expect((await (await get(url)).text()).length).toBe(5_000);
  });

  it('ends with the reason of its signal, before it began and while it waits', async () => {
    const url = await serve(() => undefined);
    const abort = new AbortController();
    const waiting = get(url, { signal: abort.signal });
    setImmediate(() => abort.abort(new Error('enough')));
    await expect(waiting).rejects.toThrow('enough');
    await expect(get(url, { signal: abort.signal })).rejects.toThrow('enough');
  });

  it('says that nobody is there, with the cause', async () => {
    const url = await serve(() => undefined);
    await new Promise((resolve) => server?.close(resolve));
    await expect(get(url)).rejects.toMatchObject({ message: 'fetch failed', cause: { code: 'ECONNREFUSED' } });
  });

  it('fails when the other side hangs up in the middle', async () => {
    const url = await serve((_req, res) => {
      res.writeHead(200, { 'content-length': '10' });
      res.write('half', () => res.destroy());
    });
    await expect(get(url).then((answer) => answer.text())).rejects.toBeInstanceOf(TypeError);
  });

  it('has requests and responses with bodies of text, bytes and streams', async () => {
    const stream = () => new Blob(['str', 'eam']).stream();
    expect(await new AnyResponse('text').text()).toBe('text');
    expect(await new AnyResponse(new TextEncoder().encode('\ufeffbytes')).text()).toBe('bytes');
    expect(await new AnyResponse(stream()).text()).toBe('stream');
    expect(new Uint8Array(await new AnyResponse('ab').arrayBuffer())).toEqual(new Uint8Array([97, 98]));
    expect(await new AnyRequest('http://x/', { method: 'POST', body: '{"a":1}' }).json()).toEqual({ a: 1 });
    expect(new AnyRequest('http://x').url).toBe('http://x/');
    expect(() => new AnyRequest('http://x', { body: 'no' })).toThrow(TypeError);
    expect(new AnyResponse(null, { status: 204 }).body).toBeNull();
    expect(() => new AnyResponse('', { status: 99 })).toThrow(RangeError);
    const pieces: string[] = [];
    for await (const piece of new AnyResponse('whole').body ?? []) pieces.push(new TextDecoder().decode(piece));
    expect(pieces.join('')).toBe('whole');
    expect(new AnyResponse('text').headers.get('content-type')).toBe('text/plain;charset=UTF-8');
    expect(new AnyResponse(new Uint8Array()).headers.get('content-type')).toBeNull();
  });
});

it('keeps its connection', async () => {
  const ports = new Set<number | undefined>();
  const url = await serve((req, res) => (ports.add(req.socket.remotePort), res.end('ok')));
  for (let round = 0; round < 3; round += 1) await (await smallFetch(url)).text();
  expect(ports.size).toBe(1);
});
