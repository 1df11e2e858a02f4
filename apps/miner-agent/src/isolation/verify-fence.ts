import { randomUUID } from 'node:crypto';
import { AppError } from '@muster/protocol/errors/app-error';
import type { Address } from 'viem';
import type { ContainerRuntime } from '../ports/container-runtime.ts';
import type { FenceAttempt, NetworkFence } from '../ports/network-fence.ts';
import { roleLabels } from '../reconcile/labels.ts';
import { bridgeName } from './bridge-name.ts';

type Networks = Pick<ContainerRuntime, 'listNetworks' | 'createNetwork' | 'removeNetwork'>;

/**
 * Raises the fence and tries it out on two networks that are made as an allocation's is. Returns what was tried.
 * Throws EGRESS_UNAVAILABLE when something was reached, or when it could not be tried.
 */
export async function verifyFence({
  node,
  runtime,
  fence,
}: {
  node: Address;
  runtime: Networks;
  fence: NetworkFence;
}): Promise<FenceAttempt[]> {
  const labels = roleLabels(node, 'probe');
  const removeProbes = async () => {
    for (const { name } of await runtime.listNetworks(labels)) await runtime.removeNetwork(name);
  };
  // Those of a probe that was killed.
  await removeProbes();
  try {
    const create = async () => {
      const name = `muster-probe-${randomUUID()}`;
      const bridge = bridgeName(node, name);
      await runtime.createNetwork({ name, labels, bridge });
      return bridge;
    };
    const [own, other] = [await create(), await create()];
    // After the networks: an engine may put rules of its own before ours when it makes one.
    await fence.raise();
    const attempts = await fence.probe({ own, other });
    const reached = attempts.filter(({ outcome }) => outcome === 'reached');
    if (reached.length === 0) return attempts;
    throw new AppError('EGRESS_UNAVAILABLE', {
      publicMessage: `The node cannot fence containers off: they reach ${reached.map(({ target, address }) => `${target} (${address})`).join(', ')}`,
      hint: 'Look for firewall rules that accept before those of Muster (iptables -S), or for another firewall beside iptables.',
    });
  } finally {
    await removeProbes();
  }
}
