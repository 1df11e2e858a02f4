import type { CapabilityDocument } from '@muster/protocol/capabilities';
import { AppError } from '@muster/protocol/errors/app-error';
import { readJsonFile } from '@muster/runtime/atomic-file';
import { chooseReach } from '../reach.ts';
import type { Config } from '../config.ts';
import { EMPTY_LEDGER, imageLedgerSchema, summaryOf } from '../images/ledger.ts';
import { imagesFileIn } from '../images/open-images.ts';
import type { ContainerRuntime, RuntimeInfo } from '../ports/container-runtime.ts';
import type { GpuReading, Host, HostDescription } from '../ports/host.ts';
import { promisableBytes } from '../resources/promisable-disk.ts';
import { AGENT_VERSION } from '../version.ts';
import type { Check } from './check.ts';
import { checkClock, type ClockReadings } from './clock-check.ts';
import type { Isolation } from '../isolation/isolation.ts';
import { checkPolicy } from './check-policy.ts';
import { engineDisk } from './engine-disk.ts';
import { checkEngine, engineMissing } from './engine-checks.ts';
import { checkIsolation, checkMandatoryAccess, checkSeccomp } from './isolation-checks.ts';
import { checkGpus, gpuInability } from './gpu-checks.ts';
import { checkCpu, checkDisk, checkMemory } from './machine-checks.ts';
import { checkDataDir, checkNetwork } from './place-checks.ts';

export interface DoctorReport {
  ok: boolean;
  checks: Check[];
  /** Null without Docker: there is nothing to register then. */
  capabilities: CapabilityDocument | null;
  /** Why containers get no GPU of this machine; null when they can. */
  gpuInability: string | null;
}

export interface DoctorOptions {
  host: Host;
  runtime: Pick<ContainerRuntime, 'info'>;
  isolation: Pick<Isolation, 'examine'>;
  config: Pick<Config, 'network' | 'dataDir' | 'policyFile' | 'dockerHost' | 'endpoint' | 'listen' | 'imageBytes' | 'isolation'>;
  readClocks: () => Promise<ClockReadings>;
}

/** Looks at the machine; the same look yields the document whose hash is registered. */
export async function runDoctor({ host, runtime, isolation, config, readClocks }: DoctorOptions): Promise<DoctorReport> {
  const { network, dataDir, policyFile, dockerHost, endpoint, listen } = config;
  const [description, engine, reading, graphics, toolkit, clocks] = await Promise.all([
    host.describe(),
    runtime.info().catch(toAppError),
    host.gpus(),
    host.graphics(),
    host.toolkitVersion(),
    readClocks(),
  ]);
  const access = engine instanceof AppError ? null : engine.gpuAccess;
  const dataDirCheck = await checkDataDir(dataDir);
  const diskPath = await engineDisk(engine instanceof AppError ? null : engine.rootDir, dataDir);
  const { freeBytes } = await host.diskSpace(diskPath);
  const checks: Check[] = [
    checkCpu(description),
    checkMemory(description),
    checkDisk({ freeBytes, forTasksBytes: await diskForTasks(freeBytes, config), path: diskPath }),
    ...checkGpus({ reading, graphics, access, toolkit }),
    checkNetwork(chooseReach({ configured: endpoint, listen, addresses: host.addresses(), allowPrivate: network.isDev })),
    ...(engine instanceof AppError ? [engineMissing(engine, dockerHost)] : await checkContainers(engine, isolation)),
    checkClock(clocks),
    dataDirCheck,
    await checkPolicy(policyFile),
  ];
  return {
    ok: checks.every(({ severity }) => severity !== 'error'),
    checks,
    capabilities: engine instanceof AppError ? null : capabilitiesOf({ description, engine, reading, freeBytes }),
    gpuInability: gpuInability(reading, access !== null),
  };
}

/** For tasks to come; what runs has its share already. */
async function diskForTasks(freeBytes: number, { dataDir, imageBytes, isolation }: DoctorOptions['config']): Promise<number> {
  const { diskReserveBytes: reserveBytes } = isolation;
  const ledger = await readJsonFile(imagesFileIn(dataDir), imageLedgerSchema).catch(() => null);
  const imagesBytes = summaryOf(ledger ?? EMPTY_LEDGER, null).bytes;
  const sight = { freeBytes, shares: [], ended: new Set<string>(), sharedBytes: 0, imagesBytes };
  return Math.max(0, promisableBytes({ sight, claims: { reserveBytes, imageBytes }, imagesBytes, allocations: [] }) - reserveBytes);
}

const checkContainers = async (engine: RuntimeInfo, isolation: Pick<Isolation, 'examine'>): Promise<Check[]> => [
  ...checkEngine(engine),
  checkSeccomp(engine),
  checkMandatoryAccess(engine),
  ...checkIsolation(await isolation.examine()),
];

interface Findings {
  description: HostDescription;
  engine: RuntimeInfo;
  reading: GpuReading;
  freeBytes: number;
}

function capabilitiesOf({ description, engine, reading, freeBytes }: Findings): CapabilityDocument {
  return {
    version: 1,
    cpu: description.cpu,
    memoryBytes: description.memoryBytes,
    diskBytes: freeBytes,
    // What containers cannot get is nothing to register.
    gpus: reading.state === 'ok' && engine.gpuAccess !== null ? reading.gpus : [],
    os: description.os,
    docker: { version: engine.version },
    agent: { version: AGENT_VERSION },
  };
}

const toAppError = (error: unknown): AppError => (error instanceof AppError ? error : new AppError('DOCKER_UNAVAILABLE', { cause: error }));
