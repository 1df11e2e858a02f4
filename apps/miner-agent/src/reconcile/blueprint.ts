import { AppError } from '@muster/protocol/errors/app-error';
import { DEFAULT_RESOURCES, demandOf } from '@muster/protocol/task-spec/defaults';
import type { Address } from 'viem';
import type { IsolationTerms } from '../isolation/terms.ts';
import type { ContainerBlueprint, ImageDetails, PortBinding } from '../ports/container-runtime.ts';
import type { User } from './container-user.ts';
import type { AllocationRecord } from './desired.ts';
import { containerName, volumeName, writeLabels } from './labels.ts';

const MiB = 1024 * 1024;

/** What no task chooses for itself. */
export const FIXED_LIMITS = { tmpfsBytes: 64 * MiB, pids: 1024, openFiles: 16_384 };

export interface BlueprintContext {
  node: Address;
  user: User;
  /** By content id and not by name: what was looked at is what runs, whatever a tag says by then. */
  image: Pick<ImageDetails, 'id' | 'env'>;
  terms: IsolationTerms;
  /** The ports that this machine has given it. */
  publish: readonly PortBinding[];
  hasInit: boolean;
}

/** The container of an allocation. Pure: what the engine is asked for follows from the record alone. */
export function blueprintOf(
  record: AllocationRecord,
  { node, user, image, terms, publish, hasInit }: BlueprintContext,
): ContainerBlueprint {
  const { spec } = record;
  // A limit is what was promised: the books and the engine count alike.
  const demand = demandOf(spec);
  return {
    name: containerName(record),
    labels: writeLabels({ ...record, node }),
    image: image.id,
    command: spec.command ?? [],
    entrypoint: spec.entrypoint ?? [],
    env: environmentOf(record, image.env),
    gpus: gpusOf(record, terms),
    user: `${user.uid}:${user.gid}`,
    memoryBytes: demand.memoryBytes,
    cpus: demand.cpu,
    shmBytes: spec.resources.shmBytes ?? DEFAULT_RESOURCES.shmBytes,
    ...FIXED_LIMITS,
    fileBytes: demand.diskBytes,
    layerBytes: terms.layerQuota ? demand.diskBytes : null,
    readOnlyRoot: spec.readOnlyRoot,
    network: spec.network === 'none' ? 'none' : networkName(record),
    publish,
    dns: spec.network === 'none' ? [] : terms.dns,
    disableIpv6: spec.network !== 'none' && terms.disableIpv6,
    runtime: terms.runtime,
    volumes: spec.volumes.map(({ name, path }) => ({ name: volumeName(record, name), path })),
    init: hasInit,
  };
}

/** One network per allocation and epoch: nobody else is on it. */
export const networkName = (record: { allocationId: string; epoch: number }): string => containerName(record);

/** What was granted at acceptance; that the engine can give it has been found out by then, and may have changed since. */
function gpusOf({ gpus }: AllocationRecord, { gpuAccess }: IsolationTerms): ContainerBlueprint['gpus'] {
  if (gpus.length === 0) return null;
  if (gpuAccess !== null) return { access: gpuAccess, uuids: gpus };
  throw new AppError('GPU_UNAVAILABLE', { publicMessage: 'The engine of the node no longer gives GPUs to containers' });
}

/** With these set, by an image too, the container toolkit adds devices that nobody granted: network adapters past every fence, storage, switches. */
const NO_FURTHER_DEVICES = {
  NVIDIA_MOFED: 'disabled',
  NVIDIA_GDS: 'disabled',
  NVIDIA_GDRCOPY: 'disabled',
  NVIDIA_NVSWITCH: 'disabled',
  NVIDIA_IMEX_CHANNELS: '',
};

/** The task may overwrite everything but who it is, and which GPUs it sees. */
function environmentOf({ runId, taskId, allocationId, replica, spec, gpus }: AllocationRecord, imageEnv: readonly string[]): string[] {
  const hasHome = imageEnv.some((line) => line.startsWith('HOME='));
  const env = {
    // The default user has no home in the image, and programs that look for one must be able to write there.
    ...(hasHome ? {} : { HOME: '/tmp' }),
    ...spec.env,
    MUSTER_RUN_ID: runId,
    MUSTER_TASK_ID: taskId,
    MUSTER_ALLOCATION_ID: allocationId,
    MUSTER_REPLICA: String(replica),
    // An engine whose default runtime is NVIDIA's gives a container whatever its image or its task names here.
    NVIDIA_VISIBLE_DEVICES: gpus.length === 0 ? 'void' : gpus.join(','),
    ...(gpus.length === 0 ? {} : NO_FURTHER_DEVICES),
  };
  return Object.entries(env).map(([name, value]) => `${name}=${value}`);
}
