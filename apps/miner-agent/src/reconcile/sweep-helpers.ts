import type { Address } from 'viem';
import type { ContainerRuntime } from '../ports/container-runtime.ts';
import { roleLabels, type Role } from './labels.ts';

const SHORT_LIVED: readonly Exclude<Role, 'allocation'>[] = ['challenge', 'helper', 'probe'];

/** The agent's own short-lived containers that a crash left behind; by label, so nobody else's. */
export async function sweepHelpers(runtime: ContainerRuntime, node: Address): Promise<void> {
  for (const role of SHORT_LIVED) {
    for (const { id } of await runtime.listContainers(roleLabels(node, role))) {
      await runtime.stopContainer(id, 0);
      await runtime.removeContainer(id);
    }
  }
}
