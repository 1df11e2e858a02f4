import { AppError } from '@muster/protocol/errors/app-error';
import type { TaskSpec } from '@muster/protocol/task-spec/task-spec';
import type { Address } from 'viem';
import type { ContainerRuntime } from '../ports/container-runtime.ts';
import type { Host } from '../ports/host.ts';
import type { FenceAttempt, NetworkFence } from '../ports/network-fence.ts';
import { LABEL } from '../reconcile/labels.ts';
import type { FeatureBook } from '../resources/features.ts';
import { fileReserveOf } from './file-limit.ts';
import { mebibytes } from './mebibytes.ts';
import { probeContainerRuntime, probeLayerQuota, probeVsock } from './probe-container.ts';
import type { IsolationTerms } from './terms.ts';
import { verifyFence } from './verify-fence.ts';

/** What was found out about this machine by trying. */
export interface IsolationReport {
  /** What the fence refused, or why there is none. */
  fence: readonly FenceAttempt[] | AppError;
  layerQuota: boolean;
  /** Containers get sockets to the hypervisor; null when that could not be tried. */
  vsock: boolean | null;
  /** Null when no runtime is configured; else whether it works. */
  runtime: { name: string; problem: AppError | null } | null;
}

/** What stands between a stranger's container and the machine, beyond what the engine is asked for with every container. */
export interface Isolation {
  /** Tries it all out; once, and again later where something failed. */
  examine(): Promise<IsolationReport>;
  /** The terms for a container of this spec, right before it is made or started. Throws POLICY_REFUSED, EGRESS_UNAVAILABLE, RUNTIME_UNUSABLE or RESOURCES_EXHAUSTED. */
  admit(spec: Pick<TaskSpec, 'network' | 'root' | 'resources'>): Promise<IsolationTerms>;
  /** Puts the fence's rules back where somebody took them away. Throws EGRESS_UNAVAILABLE. */
  keepFence(): Promise<void>;
  /** Takes the fence away, unless a container is left that needs it. */
  close(): Promise<void>;
}

export interface IsolationOptions {
  node: Address;
  runtime: ContainerRuntime;
  fence: NetworkFence;
  features: FeatureBook;
  host: Pick<Host, 'diskSpace'>;
  config: { runtime: string | null; egressDns: readonly string[]; diskReserveBytes: number };
  monotonic: () => number;
}

/** Somebody may have installed what was missing. */
const TRY_AGAIN_MS = 60_000;
const NO_NETWORK = '--network=none';

export function createIsolation({ node, runtime: engine, fence, host, features, config, monotonic }: IsolationOptions): Isolation {
  let last: { report: Promise<IsolationReport>; at: number } | undefined;
  let rootDir: Promise<string> | undefined;

  /** gVisor as Debian has it runs without a network alone: better said than found out by the task. */
  async function requireNetwork(): Promise<void> {
    const { runtimeArguments } = await engine.info();
    if (config.runtime === null || !runtimeArguments.get(config.runtime)?.includes(NO_NETWORK)) return;
    throw new AppError('EGRESS_UNAVAILABLE', {
      publicMessage: `The node gives containers no network: its runtime ${config.runtime} runs with ${NO_NETWORK}`,
      hint: `Take ${NO_NETWORK} out of its runtimeArgs in /etc/docker/daemon.json, if this version of gVisor runs without it.`,
    });
  }

  async function look(): Promise<IsolationReport> {
    const layerQuota = await probeLayerQuota({ node, engine });
    const attempts = await requireNetwork()
      .then(() => verifyFence({ node, runtime: engine, fence }))
      .catch(toAppError);
    features.set('egress', attempts instanceof AppError ? attempts.publicMessage : null);
    const name = config.runtime;
    const problem = name === null ? null : await probeContainerRuntime({ node, engine }, name).then(() => null, toAppError);
    const vsock = problem ? null : await probeVsock({ node, engine }, name).catch(() => null);
    return { fence: attempts, layerQuota, vsock, runtime: name === null ? null : { name, problem } };
  }

  async function examine(): Promise<IsolationReport> {
    const isDue = last === undefined || (monotonic() - last.at > TRY_AGAIN_MS && (await last.report.then(hasProblem, () => true)));
    if (isDue || !last) last = { report: look(), at: monotonic() };
    return last.report;
  }

  /** What is down to the reserve is not started on; where the engine's disk is out of sight, its limits must do. */
  async function requireRoom(): Promise<void> {
    // Asked once: where an engine keeps its data it knows from its start, and the answer takes it as long as making a container.
    rootDir ??= engine.info().then((info) => info.rootDir);
    const directory = await rootDir.catch((error: unknown) => {
      rootDir = undefined;
      throw error;
    });
    const space = await host.diskSpace(directory).catch(() => null);
    if (space === null) return;
    if (space.freeFiles < fileReserveOf(config.diskReserveBytes, space))
      throw new AppError('RESOURCES_EXHAUSTED', {
        publicMessage: `The node's disk can take ${space.freeFiles} more files and directories; its owner keeps that many, and nothing more is started`,
      });
    if (space.freeBytes >= config.diskReserveBytes) return;
    throw new AppError('RESOURCES_EXHAUSTED', {
      publicMessage: `The node's disk is down to the ${mebibytes(config.diskReserveBytes)} that its owner keeps; nothing more is started`,
    });
  }

  return {
    examine,
    keepFence: () => fence.raise(),
    async admit({ network, root, resources }) {
      const noRoot = root ? features.why('root') : null;
      if (noRoot !== null) throw new AppError('POLICY_REFUSED', { publicMessage: `The task asks for root: ${noRoot}` });
      await requireRoom();
      const report = await examine();
      if (report.runtime?.problem) throw report.runtime.problem;
      if (network !== 'none') {
        if (report.fence instanceof AppError) throw report.fence;
        await fence.raise();
      }
      return {
        runtime: config.runtime,
        layerQuota: report.layerQuota,
        // Toolkits come and go while the agent lives; who needs none does not wait for the answer.
        gpuAccess: resources.gpu ? (await engine.info()).gpuAccess : null,
        dns: config.egressDns,
        disableIpv6: await fence.hasIpv6(),
      };
    },
    async close() {
      const left = await engine.listContainers({ [LABEL.node]: node });
      if (left.length === 0) await fence.lower();
    },
  };
}

const hasProblem = ({ fence, runtime }: IsolationReport): boolean => fence instanceof AppError || Boolean(runtime?.problem);

const toAppError = (error: unknown): AppError => (error instanceof AppError ? error : new AppError('INTERNAL', { cause: error }));
