import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import type { IpRanges } from '@muster/runtime/ip-ranges';

/**
 * Whom a request is counted against: the address that it came from, and behind a proxy which the operator trusts the one that the proxy
 * names. Read from the right, for whatever a stranger wrote himself stands further left. Of IPv6 the first half: that is what one
 * subscriber has.
 */
export function createCallerOf(trusted: IpRanges): (req: IncomingMessage) => string {
  return (req) => {
    let address = plain(req.socket.remoteAddress ?? '');
    const header = req.headers['x-forwarded-for'];
    const hops = (typeof header === 'string' ? header : '').split(',');
    while (trusted.has(address)) {
      const before = withoutPort(hops.pop()?.trim() ?? '');
      if (isIP(before) === 0) break;
      address = plain(before);
    }
    return isIP(address) === 6 ? subscriberOf(address) : address;
  };
}

/** An IPv4 address as such, also where the socket takes both kinds. */
const plain = (address: string): string => /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address;

const withoutPort = (hop: string): string => /^\[(.+)\](?::\d+)?$/.exec(hop)?.[1] ?? /^([\d.]+):\d+$/.exec(hop)?.[1] ?? hop;

function subscriberOf(address: string): string {
  const [head = '', tail] = (address.split('%', 1)[0] ?? '').split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const missing = tail === undefined ? 0 : 8 - left.length - right.length;
  const groups = [...left, ...Array.from({ length: missing }, () => '0'), ...right];
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}
