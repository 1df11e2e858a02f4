import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { ownLoopback } from '../../testing/own-loopback.ts';
import { probePort } from './probe-port.ts';

const host = ownLoopback();

it('sees whether a TCP port is taken', async () => {
  const server = createServer().listen(0, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  expect(await probePort({ host, port, protocol: 'tcp' })).toBe(false);
  server.close();
  await once(server, 'close');
  expect(await probePort({ host, port, protocol: 'tcp' })).toBe(true);
});

it('sees whether a UDP port is taken', async () => {
  const socket = createSocket('udp4').bind(0, host);
  await once(socket, 'listening');
  const { port } = socket.address();
  expect(await probePort({ host, port, protocol: 'udp' })).toBe(false);
  socket.close();
  await once(socket, 'close');
  expect(await probePort({ host, port, protocol: 'udp' })).toBe(true);
});

it('takes no address that is not this machine’s for free', async () => {
  expect(await probePort({ host: '192.0.2.1', port: 40_000, protocol: 'tcp' })).toBe(false);
});
