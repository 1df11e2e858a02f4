import { isIPv4 } from 'node:net';
import type { Config } from '../config.ts';
import type { Host } from '../ports/host.ts';
import { chooseReach } from '../reach.ts';

interface Place {
  config: Pick<Config, 'publish' | 'endpoint' | 'listen'>;
  host: Pick<Host, 'addresses'>;
  allowPrivate: boolean;
}

/** Where buyers find the ports of their containers: as set, where they are bound, as the node is announced, or this machine's best address. */
export function publishedAddress({ config: { publish, endpoint, listen }, host, allowPrivate }: Place): string {
  if (publish.address !== null) return publish.address;
  if (publish.host !== '0.0.0.0') return publish.host;
  const addresses = host.addresses();
  const reach = chooseReach({ configured: endpoint, listen, addresses, allowPrivate });
  const announced = reach.kind === 'direct' ? new URL(reach.endpoint).hostname : '';
  // Ports are bound by IPv4 alone.
  if (announced !== '' && !announced.startsWith('[')) return announced;
  return addresses.find((address) => isIPv4(address)) ?? '127.0.0.1';
}
