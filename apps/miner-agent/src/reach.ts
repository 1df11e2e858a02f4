import { isIPv6 } from 'node:net';
import { isAddressAllowed } from '@muster/runtime/guarded-url';

/** How validators and the master get to this node, and how we came to that. `endpoint` is what is announced: empty for a relay. */
export type Reach =
  | { kind: 'direct'; endpoint: string; source: 'configured' | 'listening' | 'guess' | 'loopback' }
  /** `no-address`: this machine has none that others can come to, only `found`. */
  | { kind: 'relay'; endpoint: ''; source: 'configured' | 'no-address'; found: readonly string[] };

/** In place of a URL: no port is opened, and the run's discovery relays to the node. */
export const RELAY = 'relay';

export interface ReachInput {
  /** A URL, `relay`, or null. */
  configured: string | null;
  listen: { host: string; port: number };
  /** Of this machine, loopback aside, best first. */
  addresses: readonly string[];
  /** On the dev chain alone: peers come to private addresses too. */
  allowPrivate: boolean;
}

/** Without a setting: where we listen, or this machine's best address when we listen everywhere; and a relay where nobody could come. */
export function chooseReach({ configured, listen, addresses, allowPrivate }: ReachInput): Reach {
  if (configured === RELAY) return { kind: 'relay', endpoint: '', source: 'configured', found: addresses };
  if (configured !== null) return { kind: 'direct', endpoint: configured, source: 'configured' };
  const { host, port } = listen;
  const isEverywhere = host === '0.0.0.0' || host === '::';
  const candidates = isEverywhere ? addresses.filter((address) => host === '::' || !isIPv6(address)) : [host];
  const isReachable = (address: string): boolean => isAddressAllowed(address, { allowPrivate });
  const best = candidates.find(isReachable);
  if (best !== undefined) return { kind: 'direct', endpoint: urlOf(best, port), source: isEverywhere ? 'guess' : 'listening' };
  // A name is somebody's considered choice.
  if (!isEverywhere && !isAddress(host)) return { kind: 'direct', endpoint: urlOf(host, port), source: 'listening' };
  if (allowPrivate) return { kind: 'direct', endpoint: urlOf('127.0.0.1', port), source: 'loopback' };
  return { kind: 'relay', endpoint: '', source: 'no-address', found: candidates };
}

const urlOf = (host: string, port: number): string => `http://${isIPv6(host) ? `[${host}]` : host}:${port}`;
const isAddress = (host: string): boolean => isIPv6(host) || /^[0-9.]+$/.test(host);
