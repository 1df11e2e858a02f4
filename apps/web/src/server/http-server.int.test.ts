import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { expect, describe, it, onTestFinished } from 'vitest';
import { listen, type HttpServer } from './http-server.ts';

async function setup(): Promise<{ http: HttpServer; url: string }> {
  const http = await listen({ host: '127.0.0.1', port: 0 });
  onTestFinished(() => http.close(0));
  return { http, url: `http://127.0.0.1:${http.port}` };
}

describe('the HTTP server', () => {
  it('names a port that is in use, and the way out', async () => {
    const { http } = await setup();
    await expect(listen({ host: '127.0.0.1', port: http.port })).rejects.toMatchObject({
      code: 'PORT_IN_USE',
      publicMessage: expect.stringContaining(String(http.port)),
      hint: expect.stringContaining('PORT='),
    });
  });

  it('is alive but not ready until it is told what to serve', async () => {
    const { http, url } = await setup();
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    const early = await fetch(`${url}/runs`);
    expect([early.status, early.headers.get('retry-after')]).toEqual([503, '1']);
    http.serve({ request: (_req, res) => void res.end('here'), upgrade: (_req, socket) => socket.destroy() });
    expect(await (await fetch(`${url}/runs`)).text()).toBe('here');
  });

  it('answers what is under way when it closes, and takes nothing new', async () => {
    const { http, url } = await setup();
    let finish: () => void = () => undefined;
    const arrived = new Promise<void>((resolve) => {
      http.serve({
        request: (_req, res) => {
          finish = () => void res.end('late');
          resolve();
        },
        upgrade: (_req, socket) => socket.destroy(),
      });
    });
    const slow = fetch(url);
    await arrived;
    // Longer than the test may take: nothing but the answer ends it.
    const closed = http.close(3_600_000);
    await expect(fetch(url)).rejects.toThrow('fetch failed');
    finish();
    expect(await (await slow).text()).toBe('late');
    await closed;
  });

  it('lets an answer that is still on its way arrive whole, also when another ends meanwhile', async () => {
    const { http, url } = await setup();
    // More than lies in the buffers of the system.
    const large = Buffer.alloc(64 * 1_048_576);
    let finish: () => void = () => undefined;
    const arrived = new Promise<void>((resolve) => {
      http.serve({
        request: (req, res) => {
          if (req.url === '/large') return res.end(large);
          finish = () => void res.end('late');
          resolve();
        },
        upgrade: (_req, socket) => socket.destroy(),
      });
    });
    const small = fetch(url);
    const answer = await new Promise<IncomingMessage>((resolve) => get(`${url}/large`, resolve));
    await arrived;
    const closed = http.close(3_600_000);
    finish();
    expect(await (await small).text()).toBe('late');
    expect((await buffer(answer)).length).toBe(large.length);
    await closed;
  });

  it('cuts off whoever does not come to an end', async () => {
    const { http } = await setup();
    http.serve({ request: () => undefined, upgrade: (_req, socket) => socket.destroy() });
    const socket = connect(http.port, '127.0.0.1');
    await once(socket, 'connect');
    socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
    socket.on('error', () => undefined);
    const gone = once(socket, 'close');
    await http.close(50);
    await gone;
    expect(socket.destroyed).toBe(true);
  });
});
