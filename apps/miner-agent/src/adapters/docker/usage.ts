import { z } from 'zod';
import { gpuAccessOf } from './gpu-access.ts';
import { countersOf } from './stats.ts';
import type { UsageCounters } from '../../ports/usage-reader.ts';
import type { ContainerRuntime } from '../../ports/container-runtime.ts';
import { engineError, statusOf, type Engine } from './engine.ts';

/** The kernel's words for processors, and those of image manifests. */
const ARCHITECTURES: Readonly<Record<string, string>> = { x86_64: 'amd64', aarch64: 'arm64', armv7l: 'arm', i386: '386', i686: '386' };

export function createUsage(engine: Engine): Pick<ContainerRuntime, 'readUsage' | 'info'> {
  async function readUsage(id: string): Promise<UsageCounters | null> {
    try {
      const stats: unknown = await engine.getContainer(id).stats({ stream: false, 'one-shot': true });
      return countersOf(stats);
    } catch (error) {
      if (statusOf(error) === 404 || statusOf(error) === 409) return null;
      throw engineError(error, 'DOCKER_UNAVAILABLE');
    }
  }

  async function info() {
    try {
      const raw: Record<string, unknown> = await engine.info();
      const text = (name: string) => (typeof raw[name] === 'string' ? raw[name] : '');
      return {
        version: text('ServerVersion'),
        runc: commitSchema.safeParse(raw['RuncCommit']).data?.ID ?? null,
        rootDir: text('DockerRootDir'),
        storageDriver: text('Driver'),
        hasInit: text('InitBinary') !== '',
        runtimes: Object.keys(typeof raw['Runtimes'] === 'object' && raw['Runtimes'] !== null ? raw['Runtimes'] : {}),
        runtimeArguments: argumentsOf(raw['Runtimes']),
        gpuAccess: gpuAccessOf(raw),
        memoryLimit: raw['MemoryLimit'] === true,
        pidsLimit: raw['PidsLimit'] === true,
        architecture: text('Architecture'),
        securityOptions: Array.isArray(raw['SecurityOptions']) ? raw['SecurityOptions'].filter((option) => typeof option === 'string') : [],
        platform: { os: text('OSType') || 'linux', architecture: ARCHITECTURES[text('Architecture')] ?? text('Architecture') },
        // Podman is no daemon: its containers are nobody's children, and it says so by its builder's version alone.
        liveRestore: raw['LiveRestoreEnabled'] === true || text('BuildahVersion') !== '',
        kernel: text('KernelVersion'),
        cgroupVersion: text('CgroupVersion'),
      };
    } catch (error) {
      throw engineError(error, 'DOCKER_UNAVAILABLE');
    }
  }

  return { readUsage, info };
}

const commitSchema = z.object({ ID: z.string() });
const runtimesSchema = z.record(z.string(), z.object({ runtimeArgs: z.array(z.string()).nullish() }));

function argumentsOf(runtimes: unknown): ReadonlyMap<string, readonly string[]> {
  const parsed = runtimesSchema.safeParse(runtimes);
  return new Map(Object.entries(parsed.data ?? {}).flatMap(([name, { runtimeArgs }]) => (runtimeArgs ? [[name, runtimeArgs]] : [])));
}
