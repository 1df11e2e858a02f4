import { access } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { AppError } from '@muster/protocol/errors/app-error';
import type { Address } from 'viem';
import { bridgePrefix } from '../../isolation/bridge-name.ts';
import { DENIED_RANGES, isDeniedRange } from '../../isolation/fence-rules.ts';
import type { NetworkFence } from '../../ports/network-fence.ts';
import { probeFence, sweepProbes } from './fence-probe.ts';
import { createIptables } from './iptables.ts';

export interface IptablesFenceOptions {
  node: Address;
  /** Further ranges in CIDR notation that the owner forbids. */
  denied: readonly string[];
}

/** The fence by iptables and ip6tables, whichever backend they have: a refusal in either is final. */
export function createIptablesFence({ node, denied }: IptablesFenceOptions): NetworkFence {
  const [v4, v6] = [createIptables(node, 4), createIptables(node, 6)];
  const hasIpv6 = () =>
    access('/proc/sys/net/ipv6').then(
      () => true,
      () => false,
    );

  return {
    hasIpv6,
    async raise() {
      if (process.platform !== 'linux')
        throw new AppError('EGRESS_UNAVAILABLE', {
          publicMessage: 'The node cannot fence containers off: the agent does not run on Linux',
          hint: 'Run the agent on Linux, as root, beside its Docker Engine.',
        });
      await v4.raise([...DENIED_RANGES, ...ownNetworks(bridgePrefix(node), networkInterfaces()), ...denied]);
      if (await hasIpv6()) await v6.raise([]);
    },
    async probe(bridges) {
      const before = await v4.refusals();
      const attempts = await probeFence(node, bridges, await hasIpv6());
      // Refused is not enough: had the packets never left, everything would seem closed.
      if (attempts.every(({ outcome }) => outcome === 'refused') && (await v4.refusals()) <= before)
        throw new AppError('EGRESS_UNAVAILABLE', {
          publicMessage: "The node cannot fence containers off: the probe's packets did not come to the fence",
          hint: 'Look for another firewall between the containers and iptables, and at docs/operations/isolation.md.',
        });
      return attempts;
    },
    async lower() {
      await sweepProbes(node);
      await v4.lower();
      if (await hasIpv6()) await v6.lower();
    },
  };
}

/**
 * What the machine is directly connected to and what no rule denies yet: neighbours with public addresses. Bridges come and go, ours and
 * other programs', and every change of the rules would begin their counters anew, on which a probe relies.
 */
export function ownNetworks(prefix: string, interfaces: ReturnType<typeof networkInterfaces>): string[] {
  const entries = Object.entries(interfaces).flatMap(([name, found]) => (name.startsWith(prefix) ? [] : (found ?? [])));
  const networks = entries.filter(({ family, internal }) => family === 'IPv4' && !internal).flatMap(({ cidr }) => networkOf(cidr));
  return [...new Set(networks)].filter((network) => !isDeniedRange(network));
}

/** 203.0.113.7/24 → 203.0.113.0/24. */
function networkOf(cidr: string | null): string[] {
  const [address = '', length = ''] = cidr?.split('/') ?? [];
  const bits = Number(length);
  // A route to everybody is not a neighbourhood.
  if (!cidr || bits < 8) return [];
  const host = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  const base = host - (host % 2 ** (32 - bits));
  return [`${[24, 16, 8, 0].map((shift) => Math.floor(base / 2 ** shift) % 256).join('.')}/${bits}`];
}
