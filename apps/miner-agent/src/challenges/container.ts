import { randomUUID } from 'node:crypto';
import {
  containerParamsSchema,
  MAX_CHALLENGE_STDOUT_BYTES,
  type ContainerParams,
  type ContainerResult,
} from '@muster/protocol/challenges/container';
import { AppError } from '@muster/protocol/errors/app-error';
import { unwrap } from '@muster/protocol/errors/result';
import type { Address } from 'viem';
import type { Images } from '../images/create-images.ts';
import type { Isolation } from '../isolation/isolation.ts';
import type { ContainerBlueprint, ContainerRuntime } from '../ports/container-runtime.ts';
import type { HouseRules } from '../policy/house-rules.ts';
import { FIXED_LIMITS } from '../reconcile/blueprint.ts';
import { DEFAULT_USER } from '../reconcile/container-user.ts';
import { LABEL, roleLabels } from '../reconcile/labels.ts';
import type { ChallengeKind } from './kinds.ts';

export interface ContainerChallenges {
  run(params: ContainerParams, signal: AbortSignal): Promise<ContainerResult>;
}

export const container: ChallengeKind<ContainerParams, ContainerResult> = {
  params: containerParamsSchema,
  answer: (params, { containers, signal }) => containers.run(params, signal),
};

const MiB = 1024 * 1024;

export interface ContainerChallengesOptions {
  runtime: ContainerRuntime;
  images: Pick<Images, 'ensure'>;
  node: Address;
  runId: string;
  hasInit: () => Promise<boolean>;
  isolation: Pick<Isolation, 'admit'>;
  /** The owner's policy. */
  admit: HouseRules['admitChallenge'];
}

/** A validator's container: isolated as a buyer's is, without network or volumes, and gone when it has answered. */
export function createContainerChallenges(options: ContainerChallengesOptions): ContainerChallenges {
  const { runtime, images, node, runId, hasInit, isolation, admit } = options;
  return {
    async run({ image, command, timeoutMs }, signal) {
      const bounds = unwrap(admit(image));
      const found = await images.ensure({ reference: image, pinned: null, credentials: null, signal, onProgress: () => undefined });
      // Nobody measures what it writes in its short life.
      const [declared] = found.volumes;
      if (declared !== undefined)
        throw new AppError('POLICY_REFUSED', {
          publicMessage: `A validator's container writes nothing to this node's disk; its image has a volume at ${declared.slice(0, 200)}`,
        });
      const name = `muster-challenge-${randomUUID()}`;
      const labels = { ...roleLabels(node, 'challenge'), [LABEL.run]: runId };
      const terms = await isolation.admit({ network: 'none', resources: {} });
      const id = await runtime.createContainer({
        ...LIMITS,
        ...bounds,
        name,
        labels,
        image: found.id,
        command,
        runtime: terms.runtime,
        init: await hasInit(),
      });
      try {
        await runtime.startContainer(id);
        const stdout = await readOutput(runtime, id, AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]));
        const ended = (await runtime.listContainers(labels)).find((candidate) => candidate.id === id);
        if (ended?.state !== 'exited' || ended.exitCode === null)
          throw new AppError('CHALLENGE_EXPIRED', { publicMessage: `The container did not end within ${timeoutMs} ms` });
        return { exitCode: ended.exitCode, stdout, imageId: found.id };
      } finally {
        await runtime.stopContainer(id, 0);
        await runtime.removeContainer(id);
      }
    },
  };
}

const LIMITS: Omit<ContainerBlueprint, 'name' | 'labels' | 'image' | 'command' | 'init' | 'runtime' | 'memoryBytes' | 'cpus'> = {
  entrypoint: [],
  env: ['HOME=/tmp', 'NVIDIA_VISIBLE_DEVICES=void'],
  gpus: null,
  user: `${DEFAULT_USER.uid}:${DEFAULT_USER.gid}`,
  shmBytes: 16 * MiB,
  pids: 64,
  openFiles: FIXED_LIMITS.openFiles,
  fileBytes: 64 * MiB,
  layerBytes: null,
  readOnlyRoot: true,
  tmpfsBytes: 16 * MiB,
  network: 'none',
  publish: [],
  dns: [],
  disableIpv6: false,
  volumes: [],
};

/** Until the container ends or time is up; the log ends with the container. */
async function readOutput(runtime: ContainerRuntime, id: string, signal: AbortSignal): Promise<string> {
  let stdout = '';
  for await (const { stream, text } of runtime.readLogs(id, { follow: true, signal })) {
    if (stream === 'stdout' && stdout.length < MAX_CHALLENGE_STDOUT_BYTES) stdout += `${text}\n`;
  }
  return stdout.slice(0, MAX_CHALLENGE_STDOUT_BYTES);
}
