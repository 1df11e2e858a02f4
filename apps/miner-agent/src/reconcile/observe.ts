import type { Address } from 'viem';
import type { ContainerRuntime, ObservedContainer } from '../ports/container-runtime.ts';
import type { AllocationRecord } from './desired.ts';
import { LABEL, readLabels } from './labels.ts';
import type { Observed } from './plan.ts';

const allocationLabels = (node: Address) => ({ [LABEL.node]: node, [LABEL.role]: 'allocation' });

/** What the engine has of ours, and which of the images that are still wanted. */
export async function observe(runtime: ContainerRuntime, node: Address, records: readonly AllocationRecord[]): Promise<Observed> {
  const waiting = records.filter(({ outcome, stop, containerId }) => !outcome && !stop && containerId === null);
  const ids = [...new Set(waiting.flatMap(({ image }) => (image ? [image.id] : [])))];
  const [containers, networks, images] = await Promise.all([
    runtime.listContainers(allocationLabels(node)),
    runtime.listNetworks(allocationLabels(node)),
    Promise.all(ids.map(async (id) => ((await runtime.findImage(id)) ? [id] : []))),
  ]);
  return { containers, networks, images: new Set(images.flat()) };
}

export async function findContainer(
  runtime: Pick<ContainerRuntime, 'listContainers'>,
  node: Address,
  { allocationId, epoch }: { allocationId: string; epoch: number },
): Promise<ObservedContainer | undefined> {
  const found = await runtime.listContainers({ ...allocationLabels(node), [LABEL.allocation]: allocationId, [LABEL.epoch]: String(epoch) });
  return found.find((container) => readLabels(container.labels, node) !== null);
}
