import type { NetworkInterfaceInfo } from 'node:os';
import { isIPv6 } from 'node:net';
import { isAddressAllowed } from '@muster/runtime/guarded-url';

/** Bridges and tunnels of engines and virtual machines: nobody comes in there. */
const VIRTUAL = /^(docker|br-|veth|virbr|cni|flannel|cali|vmnet|vboxnet|lxc|lxd)/;

/**
 * This machine's addresses, those first at which others most likely reach it: public before private, IPv4 before IPv6, real interfaces
 * before virtual ones, else in the system's order. Loopback and link-local ones lead nobody here.
 */
export function rankAddresses(interfaces: Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>): string[] {
  const found = Object.entries(interfaces).flatMap(([name, entries = []]) =>
    entries.filter(({ internal }) => !internal).map(({ address }) => ({ address, cost: costOf(name, address) })),
  );
  const usable = found.filter(({ cost }) => cost !== null).toSorted((a, b) => (a.cost ?? 0) - (b.cost ?? 0));
  return [...new Set(usable.map(({ address }) => address))];
}

function costOf(name: string, address: string): number | null {
  if (!isAddressAllowed(address, { allowPrivate: true })) return null;
  const isPublic = isAddressAllowed(address, { allowPrivate: false });
  return (isPublic ? 0 : 4) + (VIRTUAL.test(name) ? 2 : 0) + (isIPv6(address) ? 1 : 0);
}
