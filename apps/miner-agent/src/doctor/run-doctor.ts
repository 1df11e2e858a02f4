import { access, constants, mkdir, stat } from 'node:fs/promises';
import type { CapabilityDocument } from '@muster/protocol/capabilities';
import { AppError } from '@muster/protocol/errors/app-error';
import { formatBytes } from '@muster/protocol/units/bytes';
import type { ContainerRuntime, RuntimeInfo } from '../ports/container-runtime.ts';
import type { GpuReading, Host, HostDescription } from '../ports/host.ts';
import { AGENT_VERSION } from '../version.ts';

/** One thing that was looked at. A failed `error` keeps the agent from starting; a `warning` does not. */
export interface Check {
  id: 'cpu' | 'memory' | 'disk' | 'gpu' | 'network' | 'docker' | 'docker-limits' | 'docker-init' | 'clock' | 'data-dir';
  severity: 'error' | 'warning' | 'info';
  ok: boolean;
  reason: string;
  /** What to do about it; empty when nothing is to be done. */
  fix: string;
}

export interface DoctorReport {
  ok: boolean;
  checks: Check[];
  /** Null without Docker: there is nothing to register then. */
  capabilities: CapabilityDocument | null;
}

export interface DoctorOptions {
  host: Host;
  runtime: Pick<ContainerRuntime, 'info'>;
  dataDir: string;
  dockerHost: string;
  endpoint: string | null;
  /** The chain's time, unix ms; null when the RPC does not answer. */
  readChainTime: () => Promise<number | null>;
  now: () => number;
}

const GB = 1e9;
const MIN_MEMORY_BYTES = 0.5 * GB;
const MIN_DISK_BYTES = 2 * GB;
/** Messages over 30 s ahead are refused, so half of that is the time to speak up. */
const MAX_CLOCK_OFFSET_MS = 15_000;

/** Looks at the machine; the same look yields the document whose hash is registered. */
export async function runDoctor(options: DoctorOptions): Promise<DoctorReport> {
  const { host, runtime } = options;
  const [description, engine, gpu] = await Promise.all([host.describe(), runtime.info().catch(toAppError), host.gpus()]);
  const info = engine instanceof AppError ? null : engine;
  const diskPath = info ? await existingPath(info.rootDir, options.dataDir) : options.dataDir;
  const dataDir = await checkDataDir(options.dataDir);
  const disk = await host.diskSpace(dataDir.ok ? diskPath : '/');
  const checks: Check[] = [
    checkCpu(description),
    checkMemory(description),
    checkDisk(disk.freeBytes, diskPath),
    checkGpu(gpu),
    checkNetwork(host.addresses(), options.endpoint),
    ...(engine instanceof AppError ? [dockerMissing(engine, options.dockerHost)] : checkEngine(engine)),
    await checkClock(options),
    dataDir,
  ];
  return {
    ok: checks.every(({ ok, severity }) => ok || severity !== 'error'),
    checks,
    capabilities: info && capabilitiesOf({ description, info, gpu, freeBytes: disk.freeBytes }),
  };
}

interface Findings {
  description: HostDescription;
  info: RuntimeInfo;
  gpu: GpuReading;
  freeBytes: number;
}

function capabilitiesOf({ description, info, gpu, freeBytes }: Findings): CapabilityDocument {
  return {
    version: 1,
    cpu: description.cpu,
    memoryBytes: description.memoryBytes,
    diskBytes: freeBytes,
    gpus: gpu.state === 'ok' ? gpu.gpus : [],
    os: description.os,
    docker: { version: info.version },
    agent: { version: AGENT_VERSION },
  };
}

const checkCpu = ({ cpu }: HostDescription): Check => passed('cpu', `${cpu.threads} threads on ${cpu.cores} cores (${cpu.model})`);

function checkMemory({ memoryBytes }: HostDescription): Check {
  const reason = `${gigabytes(memoryBytes)} of memory`;
  if (memoryBytes >= MIN_MEMORY_BYTES) return passed('memory', reason);
  return failed('memory', 'warning', reason, `Most tasks need more than ${gigabytes(MIN_MEMORY_BYTES)}.`);
}

function checkDisk(freeBytes: number, path: string): Check {
  const reason = `${gigabytes(freeBytes)} free in ${path}`;
  if (freeBytes >= MIN_DISK_BYTES) return passed('disk', reason);
  return failed('disk', 'error', reason, `Free at least ${gigabytes(MIN_DISK_BYTES)} there: images, volumes and logs need room.`);
}

function checkGpu(gpu: GpuReading): Check {
  if (gpu.state === 'absent') return passed('gpu', 'no NVIDIA driver found; the machine serves without a GPU', 'info');
  if (gpu.state === 'broken')
    return failed(
      'gpu',
      'warning',
      `nvidia-smi fails: ${gpu.problem}`,
      'Reinstall the NVIDIA driver, or reboot if it was just updated; until then the machine serves without a GPU.',
    );
  return passed(
    'gpu',
    gpu.gpus.map(({ model, memoryBytes }) => `${model} (${gigabytes(memoryBytes)})`).join(', ') || 'the driver lists no GPU',
  );
}

function checkNetwork(addresses: readonly string[], endpoint: string | null): Check {
  if (endpoint !== null) return passed('network', `validators and the master will be told ${endpoint}`);
  if (addresses[0] !== undefined)
    return failed(
      'network',
      'warning',
      `MUSTER_ENDPOINT is not set; ${addresses[0]} will be announced`,
      'Set MUSTER_ENDPOINT to the URL under which others reach this machine.',
    );
  return failed('network', 'error', 'this machine has no address but loopback', 'Connect it to a network, or set MUSTER_ENDPOINT.');
}

const dockerMissing = (error: AppError, dockerHost: string): Check =>
  failed(
    'docker',
    'error',
    `${error.publicMessage} (DOCKER_HOST is ${dockerHost})`,
    'Start the Docker Engine, add this user to the docker group, or set DOCKER_HOST.',
  );

function checkEngine({ version, memoryLimit, pidsLimit, hasInit }: RuntimeInfo): Check[] {
  const missing = [...(memoryLimit ? [] : ['memory']), ...(pidsLimit ? [] : ['pids'])];
  return [
    passed('docker', `Docker ${version} answers`),
    missing.length === 0
      ? passed('docker-limits', 'memory and process limits work')
      : failed(
          'docker-limits',
          'error',
          `the kernel cannot limit ${missing.join(' and ')}`,
          'Enable the cgroup controllers (for memory on some systems: cgroup_enable=memory on the kernel command line).',
        ),
    hasInit
      ? passed('docker-init', 'containers get a small init that forwards signals')
      : failed(
          'docker-init',
          'warning',
          'docker-init is not installed',
          'Install it (Debian: tini-static or docker-init), else containers may need their full grace period to stop.',
        ),
  ];
}

async function checkClock({ readChainTime, now }: DoctorOptions): Promise<Check> {
  const chainTime = await readChainTime();
  if (chainTime === null)
    return failed('clock', 'warning', "the chain's RPC does not answer, so the clock cannot be compared", 'Check MUSTER_RPC_URL.');
  // An idle dev chain's newest block is old; only a clock that is behind the chain is wrong for certain.
  const behindMs = chainTime - now();
  if (behindMs <= MAX_CLOCK_OFFSET_MS) return passed('clock', 'not behind the chain');
  return failed(
    'clock',
    'error',
    `the clock is ${Math.round(behindMs / 1000)} s behind the chain`,
    'Turn on NTP: timedatectl set-ntp true',
  );
}

async function checkDataDir(dataDir: string): Promise<Check> {
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    await access(dataDir, constants.R_OK | constants.W_OK | constants.X_OK);
    const { mode } = await stat(dataDir);
    if (process.platform === 'win32' || (mode & 0o077) === 0) return passed('data-dir', `${dataDir} is ours alone`);
    return failed('data-dir', 'warning', `${dataDir} can be read by others`, `Run: chmod 700 ${dataDir}`);
  } catch (error) {
    return failed(
      'data-dir',
      'error',
      `${dataDir} cannot be used: ${error instanceof Error ? error.message : String(error)}`,
      'Check its owner, or set MUSTER_DATA_DIR.',
    );
  }
}

/** The engine's directory is on another machine when DOCKER_HOST is. */
const existingPath = (preferred: string, fallback: string): Promise<string> =>
  access(preferred).then(
    () => preferred,
    () => fallback,
  );

const passed = (id: Check['id'], reason: string, severity: Check['severity'] = 'error'): Check => ({
  id,
  severity,
  ok: true,
  reason,
  fix: '',
});

function failed(id: Check['id'], severity: 'error' | 'warning', reason: string, fix: string): Check {
  return { id, severity, ok: false, reason, fix };
}

const gigabytes = (bytes: number): string =>
  bytes >= GB ? `${Math.floor(bytes / (GB / 10)) / 10} GB` : formatBytes(Math.floor(bytes / 1e6) * 1e6);

const toAppError = (error: unknown): AppError => (error instanceof AppError ? error : new AppError('DOCKER_UNAVAILABLE', { cause: error }));
