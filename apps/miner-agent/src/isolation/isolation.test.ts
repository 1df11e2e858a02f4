import { AppError } from '@muster/protocol/errors/app-error';
import { expect, it } from 'vitest';
import { createDockerRuntime } from '../adapters/docker/docker-runtime.ts';
import type { ContainerRuntime } from '../ports/container-runtime.ts';
import type { FenceAttempt } from '../ports/network-fence.ts';
import { createFeatureBook, UNKNOWN_FEATURES } from '../resources/features.ts';
import { TEST_NODE, testSpec } from '../testing/test-record.ts';
import { createIsolation } from './isolation.ts';

const RESERVE = 1e9;
const REFUSED: FenceAttempt = { target: 'the machine', address: '172.18.0.1', outcome: 'refused' };
const unknown = () => Promise.reject(new AppError('DOCKER_UNAVAILABLE'));

/** An engine of which nothing but its networks is asked. */
const engine: ContainerRuntime = {
  ...createDockerRuntime({ dockerHost: 'unix:///nowhere/docker.sock' }),
  info: async () => ({
    version: '20',
    runc: null,
    rootDir: '/engine',
    storageDriver: 'vfs',
    hasInit: true,
    runtimes: ['runc'],
    runtimeArguments: new Map(),
    gpuAccess: null,
    memoryLimit: true,
    pidsLimit: true,
    architecture: 'x86_64',
    securityOptions: [],
    platform: { os: 'linux', architecture: 'amd64' },
    liveRestore: false,
    kernel: '6',
    cgroupVersion: '2',
  }),
  findImage: unknown,
  importImage: unknown,
  listNetworks: async () => [],
  createNetwork: async () => undefined,
};

function setup({ attempts = [REFUSED], freeBytes = 2 * RESERVE }: { attempts?: FenceAttempt[]; freeBytes?: number } = {}) {
  let raised = 0;
  const isolation = createIsolation({
    node: TEST_NODE,
    runtime: engine,
    fence: { raise: async () => void (raised += 1), probe: async () => attempts, lower: async () => undefined, hasIpv6: async () => true },
    features: createFeatureBook(UNKNOWN_FEATURES),
    host: { diskSpace: async () => ({ totalBytes: 1e12, freeBytes, totalFiles: 1e9, freeFiles: 1e9 }) },
    config: { runtime: null, egressDns: ['9.9.9.9'], diskReserveBytes: RESERVE },
    monotonic: () => 0,
  });
  return { isolation, raised: () => raised };
}

it('lets a container have a network behind a fence that held, and raises it once more for each', async () => {
  const { isolation, raised } = setup();
  await isolation.examine();
  const before = raised();
  expect(await isolation.admit(testSpec({ network: 'egress' }))).toMatchObject({ dns: ['9.9.9.9'], disableIpv6: true });
  expect(raised()).toBe(before + 1);
});

it('lets none have a network behind a fence that something came through, and runs the others', async () => {
  const { isolation } = setup({ attempts: [REFUSED, { ...REFUSED, outcome: 'reached' }] });
  await expect(isolation.admit(testSpec({ network: 'egress' }))).rejects.toMatchObject({ code: 'EGRESS_UNAVAILABLE' });
  await expect(isolation.admit(testSpec())).resolves.toMatchObject({ disableIpv6: true });
});

it('starts nothing on a disk that is down to what its owner keeps', async () => {
  const { isolation } = setup({ freeBytes: RESERVE - 1 });
  await expect(isolation.admit(testSpec())).rejects.toMatchObject({ code: 'RESOURCES_EXHAUSTED' });
});
