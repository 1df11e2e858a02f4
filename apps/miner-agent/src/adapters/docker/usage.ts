import { gpuAccessOf } from './gpu-access.ts';
import type { ContainerRuntime, ContainerUsage } from '../../ports/container-runtime.ts';
import { engineError, statusOf, type Engine } from './engine.ts';

/** The kernel's words for processors, and those of image manifests. */
const ARCHITECTURES: Readonly<Record<string, string>> = { x86_64: 'amd64', aarch64: 'arm64', armv7l: 'arm', i386: '386', i686: '386' };

export function createUsage(engine: Engine): Pick<ContainerRuntime, 'readUsage' | 'info'> {
  async function readUsage(id: string): Promise<ContainerUsage | null> {
    try {
      const stats = await engine.getContainer(id).stats({ stream: false });
      const systemDelta = stats.cpu_stats.system_cpu_usage - stats.precpu_stats.system_cpu_usage;
      const cpuDelta = stats.cpu_stats.cpu_usage.total_usage - stats.precpu_stats.cpu_usage.total_usage;
      const cpu = systemDelta > 0 ? (cpuDelta / systemDelta) * (stats.cpu_stats.online_cpus || 1) : 0;
      // The page cache is the kernel's to take back.
      const cache = stats.memory_stats.stats?.inactive_file ?? stats.memory_stats.stats?.total_inactive_file ?? 0;
      const memoryBytes = Math.max(0, (stats.memory_stats.usage ?? 0) - cache);
      return memoryBytes === 0 && cpuDelta === 0 ? null : { cpu, memoryBytes };
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
        rootDir: text('DockerRootDir'),
        hasInit: text('InitBinary') !== '',
        runtimes: Object.keys(typeof raw['Runtimes'] === 'object' && raw['Runtimes'] !== null ? raw['Runtimes'] : {}),
        gpuAccess: gpuAccessOf(raw),
        memoryLimit: raw['MemoryLimit'] === true,
        pidsLimit: raw['PidsLimit'] === true,
        architecture: text('Architecture'),
        securityOptions: Array.isArray(raw['SecurityOptions']) ? raw['SecurityOptions'].filter((option) => typeof option === 'string') : [],
        platform: { os: text('OSType') || 'linux', architecture: ARCHITECTURES[text('Architecture')] ?? text('Architecture') },
        liveRestore: raw['LiveRestoreEnabled'] === true,
      };
    } catch (error) {
      throw engineError(error, 'DOCKER_UNAVAILABLE');
    }
  }

  return { readUsage, info };
}
