import type { Address } from 'viem';
import type { Labels } from '../ports/container-runtime.ts';

/** How the agent knows its own: by label, never by name. */
export const LABEL = {
  node: 'muster.node',
  run: 'muster.run',
  task: 'muster.task',
  allocation: 'muster.allocation',
  epoch: 'muster.epoch',
  specHash: 'muster.spec-hash',
  role: 'muster.role',
} as const;

/** `allocation` is a buyer's container; the others are the agent's own and live for seconds. */
export type Role = 'allocation' | 'challenge' | 'helper' | 'probe';

export interface AllocationLabels {
  node: Address;
  runId: string;
  taskId: string;
  allocationId: string;
  epoch: number;
  specHash: string;
}

export function writeLabels(owner: AllocationLabels): Labels {
  return {
    [LABEL.node]: owner.node,
    [LABEL.run]: owner.runId,
    [LABEL.task]: owner.taskId,
    [LABEL.allocation]: owner.allocationId,
    [LABEL.epoch]: String(owner.epoch),
    [LABEL.specHash]: owner.specHash,
    [LABEL.role]: 'allocation' satisfies Role,
  };
}

export const roleLabels = (node: Address, role: Role): Labels => ({ [LABEL.node]: node, [LABEL.role]: role });

/** As we write it: another way to write the number would be found by one look and not by the other. */
const isEpoch = (text: string): boolean => /^(0|[1-9]\d{0,14})$/.test(text);

/** Null for anything that is not, in every part, an allocation's container or network of this node: then it is not ours to touch. */
export function readLabels(labels: Labels, node: Address): AllocationLabels | null {
  const owner = labels[LABEL.node];
  const runId = labels[LABEL.run];
  const taskId = labels[LABEL.task];
  const allocationId = labels[LABEL.allocation];
  const epoch = labels[LABEL.epoch];
  const specHash = labels[LABEL.specHash];
  if (owner?.toLowerCase() !== node.toLowerCase()) return null;
  if (labels[LABEL.role] !== 'allocation') return null;
  if (!runId || !taskId || !allocationId || !specHash || !epoch || !isEpoch(epoch)) return null;
  return { node, runId, taskId, allocationId, epoch: Number(epoch), specHash };
}

/** Unique per allocation and epoch, so that the engine itself refuses a second container. Never used to find one. */
export const containerName = (key: { allocationId: string; epoch: number }): string => `muster-${key.allocationId}-${key.epoch}`;

/** Of a task's volumes: whatever their names, those of another node or run are not this one's. */
export const volumeLabels = (node: Address, { runId, taskId }: { runId: string; taskId: string }): Labels => ({
  [LABEL.node]: node,
  [LABEL.run]: runId,
  [LABEL.task]: taskId,
});

/** One volume per task, replica and name: a retry on this node finds what its predecessor wrote. */
export const volumeName = (owner: { taskId: string; replica: number }, volume: string): string =>
  `muster-${owner.taskId}-${owner.replica}-${volume}`;
