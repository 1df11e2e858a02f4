import { randomUUID } from 'node:crypto';
import { AppError } from '@muster/protocol/errors/app-error';
import type { Address } from 'viem';
import type { ContainerBlueprint, ContainerRuntime } from '../ports/container-runtime.ts';
import { DEFAULT_USER } from '../reconcile/container-user.ts';
import { roleLabels } from '../reconcile/labels.ts';
import { architectureOf, probeProgram, PROBE_WORD } from './probe-program.ts';

const MiB = 1024 * 1024;
const IMAGE = 'muster/probe:2';
const RUN_MS = 30_000;
/** gVisor without control groups: memory, CPU and process limits hold no more. */
const NO_LIMITS = '--ignore-cgroups';

export type ProbeRuntime = Pick<
  ContainerRuntime,
  | 'info'
  | 'findImage'
  | 'importImage'
  | 'createContainer'
  | 'startContainer'
  | 'stopContainer'
  | 'removeContainer'
  | 'readLogs'
  | 'listContainers'
>;

export interface ProbeContext {
  node: Address;
  engine: ProbeRuntime;
}

/** Whether the engine's storage takes a size for a container's own files: asked by making a container with one. */
export async function probeLayerQuota(context: ProbeContext): Promise<boolean> {
  // Others (btrfs, zfs) count the image in: one larger than the limit would leave its container nothing to write.
  if ((await context.engine.info()).storageDriver !== 'overlay2') return false;
  try {
    await withProbe(context, { layerBytes: 64 * MiB }, async () => undefined);
    return true;
  } catch (error) {
    if (AppError.is(error, 'DOCKER_UNAVAILABLE')) throw error;
    return false;
  }
}

/** Whether a container gets a socket to the hypervisor and to other machines on it, past every network namespace and fence. */
export async function probeVsock(context: ProbeContext, runtime: string | null): Promise<boolean> {
  const { engine } = context;
  return withProbe(context, { runtime, entrypoint: ['/vsock'] }, async (id) => {
    await engine.startContainer(id);
    // Its log ends with it.
    for await (const _entry of engine.readLogs(id, { follow: true, signal: AbortSignal.timeout(RUN_MS) }));
    const ended = (await engine.listContainers(roleLabels(context.node, 'probe'))).find((container) => container.id === id);
    if (ended?.state !== 'exited') throw new AppError('CONTAINER_START_FAILED', { publicMessage: 'The probe did not end' });
    return ended.exitCode === 1;
  });
}

/** Runs a container by that runtime, isolated as a buyer's is. Throws RUNTIME_UNUSABLE with what is wrong. */
export async function probeContainerRuntime(context: ProbeContext, runtime: string): Promise<void> {
  const { engine } = context;
  const { runtimes, runtimeArguments } = await engine.info();
  if (!runtimes.includes(runtime))
    throw new AppError('RUNTIME_UNUSABLE', {
      publicMessage: `The engine has no runtime "${runtime}"; it has ${runtimes.join(', ')}`,
      hint: 'Add it under "runtimes" in /etc/docker/daemon.json and restart the engine: docs/operations/isolation.md shows the lines.',
    });
  if (runtimeArguments.get(runtime)?.includes(NO_LIMITS))
    throw new AppError('RUNTIME_UNUSABLE', {
      publicMessage: `The runtime "${runtime}" is told to leave limits aside (${NO_LIMITS}): a container could take all memory and every process`,
      hint: `Take ${NO_LIMITS} out of its runtimeArgs in /etc/docker/daemon.json and restart the engine.`,
    });
  try {
    const words = await withProbe(context, { runtime }, async (id) => {
      await engine.startContainer(id);
      const signal = AbortSignal.timeout(RUN_MS);
      let said = '';
      for await (const { text } of engine.readLogs(id, { follow: true, signal })) said += text;
      return said;
    });
    if (words !== PROBE_WORD) throw new Error(`the container said "${words.slice(0, 200)}" instead of "${PROBE_WORD}"`);
  } catch (error) {
    if (AppError.is(error, 'DOCKER_UNAVAILABLE')) throw error;
    const problem = error instanceof AppError ? error.publicMessage : error instanceof Error ? error.message : String(error);
    throw new AppError('RUNTIME_UNUSABLE', {
      publicMessage: `The runtime "${runtime}" does not run a container: ${problem}`,
      cause: error,
    });
  }
}

async function withProbe<T>(
  { node, engine }: ProbeContext,
  change: Partial<ContainerBlueprint>,
  use: (id: string) => Promise<T>,
): Promise<T> {
  const id = await engine.createContainer({
    ...BLUEPRINT,
    ...change,
    name: `muster-probe-${randomUUID()}`,
    labels: roleLabels(node, 'probe'),
    image: await image(engine),
  });
  try {
    return await use(id);
  } finally {
    await engine.stopContainer(id, 0);
    await engine.removeContainer(id);
  }
}

async function image(engine: ProbeRuntime): Promise<string> {
  const found = await engine.findImage(IMAGE);
  if (found) return found.id;
  const { architecture } = await engine.info();
  const known = architectureOf(architecture);
  if (!known) throw new AppError('IMAGE_NOT_FOUND', { publicMessage: `There is no probe for machines of the kind ${architecture}` });
  const programs = ['speak', 'vsock'] as const;
  await engine.importImage(
    IMAGE,
    programs.map((path) => ({ path, mode: 0o755, content: probeProgram(known, path) })),
  );
  return IMAGE;
}

const BLUEPRINT: Omit<ContainerBlueprint, 'name' | 'labels' | 'image'> = {
  command: [],
  entrypoint: ['/speak'],
  env: [],
  gpus: null,
  user: `${DEFAULT_USER.uid}:${DEFAULT_USER.gid}`,
  memoryBytes: 64 * MiB,
  cpus: 1,
  shmBytes: MiB,
  pids: 64,
  openFiles: 1024,
  fileBytes: MiB,
  layerBytes: null,
  readOnlyRoot: true,
  tmpfsBytes: MiB,
  network: 'none',
  publish: [],
  dns: [],
  disableIpv6: false,
  volumes: [],
  init: false,
  runtime: null,
};
