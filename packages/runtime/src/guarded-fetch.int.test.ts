import { createServer, get, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { createGuardedFetch, type GuardedFetchOptions } from './guarded-fetch.ts';
import { guardedWebSocketOptions } from './guarded-websocket.ts';

const servers: Server[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  }
});

async function setup(listener: RequestListener, options: Partial<GuardedFetchOptions> = {}) {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  const fetch = createGuardedFetch({ allowPrivate: true, timeoutMs: 60_000, maxBytes: 1000, ...options });
  return { fetch, port, url: `http://127.0.0.1:${port}/` };
}

describe('createGuardedFetch', () => {
  it('posts a body and reads the answer', async () => {
    const { fetch, url } = await setup((request, response) => {
      response.setHeader('x-method', request.method ?? '');
      request.pipe(response.writeHead(201));
    });
    const response = await fetch(url, { method: 'POST', body: '{"a":1}', headers: { 'content-type': 'application/json' } });
    expect(response.status).toBe(201);
    expect(response.headers.get('x-method')).toBe('POST');
    expect(await response.json()).toEqual({ a: 1 });
  });

  it('connects to the address that was checked and resolves a name once per connection', async () => {
    let asked = 0;
    const resolve = async () => {
      asked++;
      // A rebinding server: the second answer would be forbidden.
      return [{ address: asked === 1 ? '127.0.0.1' : '169.254.169.254', family: 4 }];
    };
    const { fetch, port } = await setup((_, response) => response.end('pinned'), { resolve });
    const response = await fetch(`http://rebinding.example.com:${port}/`);
    expect(await response.text()).toBe('pinned');
    expect(asked).toBe(1);
  });

  it('never connects when a name resolves to a private address off the dev chain', async () => {
    let connections = 0;
    const { fetch, port } = await setup(
      (_, response) => {
        connections++;
        response.end('secret');
      },
      { allowPrivate: false, resolve: async () => [{ address: '127.0.0.1', family: 4 }] },
    );
    await expect(fetch(`http://miner.example.com:${port}/`)).rejects.toMatchObject({ code: 'ADDRESS_FORBIDDEN' });
    await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toMatchObject({ code: 'ADDRESS_FORBIDDEN' });
    expect(connections).toBe(0);
  });

  it('refuses a redirect, also one to itself', async () => {
    const { fetch, url } = await setup((_, response) => response.writeHead(302, { location: 'http://169.254.169.254/' }).end());
    await expect(fetch(url)).rejects.toMatchObject({ code: 'REDIRECT_REFUSED' });
  });

  it('refuses a body over the cap, also one that is small on the wire', async () => {
    const plain = await setup((_, response) => response.end('x'.repeat(1001)));
    await expect(plain.fetch(plain.url)).rejects.toMatchObject({ code: 'RESPONSE_TOO_LARGE' });
    const bomb = await setup((_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('x'.repeat(1_000_000))));
    await expect(bomb.fetch(bomb.url)).rejects.toMatchObject({ code: 'RESPONSE_TOO_LARGE' });
  });

  it('gives up on slow headers and on a body that drips', async () => {
    const silent = await setup(() => undefined, { timeoutMs: 150 });
    await expect(silent.fetch(silent.url)).rejects.toMatchObject({ code: 'TIMED_OUT' });
    const dripping = await setup(
      (_, response) => {
        const timer = setInterval(() => response.write('x'), 20);
        response.on('close', () => clearInterval(timer));
      },
      { timeoutMs: 150 },
    );
    await expect(dripping.fetch(dripping.url)).rejects.toMatchObject({ code: 'TIMED_OUT' });
  });

  it('gives up on a resolver that never answers', async () => {
    const { fetch, port } = await setup((_, response) => response.end(), { timeoutMs: 150, resolve: () => new Promise(() => undefined) });
    await expect(fetch(`http://slow.example.com:${port}/`)).rejects.toMatchObject({ code: 'TIMED_OUT' });
  });

  it("passes the caller's abort on and says when nobody listens", async () => {
    const { fetch, url } = await setup(() => undefined);
    await expect(fetch(url, { signal: AbortSignal.abort(new Error('stopped')) })).rejects.toThrow('stopped');
    for (const server of servers) await new Promise((done) => server.close(done));
    servers.length = 0;
    await expect(fetch(url)).rejects.toMatchObject({ code: 'UNREACHABLE' });
  });
});

describe('guardedWebSocketOptions', () => {
  it('checks the URL and pins the agent to the checked addresses', async () => {
    const { port } = await setup((_, response) => response.end('reached'));
    const options = { allowPrivate: true, maxBytes: 1000, handshakeTimeoutMs: 1000 };
    expect(() => guardedWebSocketOptions('ws://169.254.169.254/', options)).toThrow('not public');
    expect(() => guardedWebSocketOptions('http://127.0.0.1/', options)).toThrow('scheme');
    const request = (address: string) => {
      const { agent } = guardedWebSocketOptions(`ws://name.example.com:${port}/`, {
        ...options,
        resolve: async () => [{ address, family: 4 }],
      });
      return new Promise((done, fail) =>
        get({ host: 'name.example.com', port, agent }, (response) => done(response.resume().statusCode)).on('error', fail),
      );
    };
    await expect(request('127.0.0.1')).resolves.toBe(200);
    await expect(request('169.254.169.254')).rejects.toMatchObject({ code: 'ADDRESS_FORBIDDEN' });
  });
});
