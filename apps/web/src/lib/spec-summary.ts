import type { TaskSpec } from '@muster/protocol/task-spec/task-spec';
import { formatBytes, formatDuration, plural } from './format.ts';

/** "2× H100 of 80 GiB". */
export function gpuText({ count, model, memoryBytes }: NonNullable<TaskSpec['resources']['gpu']>): string {
  return `${count}× ${model ?? 'GPU'}${memoryBytes === undefined ? '' : ` of ${formatBytes(memoryBytes)}`}`;
}

/** One sentence of what a spec asks for. */
export function summarizeSpec({ image, replicas, resources, volumes, restart, timeoutMs, network, root, ports }: TaskSpec): string {
  const copies = replicas === 'all' ? 'One copy on every node' : plural(replicas, 'copy', 'copies');
  const limits = [
    resources.cpu === undefined ? null : `${resources.cpu} CPU`,
    resources.memoryBytes === undefined ? null : `${formatBytes(resources.memoryBytes)} memory`,
    resources.diskBytes === undefined ? null : `${formatBytes(resources.diskBytes)} disk`,
    resources.gpu === undefined ? null : gpuText(resources.gpu),
  ].filter((limit) => limit !== null);
  const parts = [
    `${copies} of ${image}`,
    limits.length > 0 ? `with ${limits.join(', ')}` : 'with the default limits',
    volumes.length > 0 ? `storing ${volumes.map((volume) => volume.name).join(', ')}` : null,
    restart.policy === 'never' ? null : `starting again ${restart.policy === 'always' ? 'always' : 'on failure'}`,
    timeoutMs === undefined ? null : `for at most ${formatDuration(timeoutMs)}`,
    network === 'egress' ? 'with internet access' : 'without network',
    root ? 'as root' : null,
    ports === undefined ? null : `publishing ${ports.map(({ name }) => name).join(', ')}`,
  ];
  return `${parts.filter((part) => part !== null).join(', ')}.`;
}
