import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import type { PortProbe } from '../../ports/port-probe.ts';

/** Takes it for a moment. */
export const probePort: PortProbe = ({ host, port, protocol }) => (protocol === 'tcp' ? probeTcp(host, port) : probeUdp(host, port));

function probeTcp(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

function probeUdp(address: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket({ type: address.includes(':') ? 'udp6' : 'udp4' });
    socket.once('error', () => {
      socket.close();
      resolve(false);
    });
    socket.bind({ address, port, exclusive: true }, () => socket.close(() => resolve(true)));
  });
}
