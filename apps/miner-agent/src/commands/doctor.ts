import { createChainClient } from '@muster/chain/clients';
import { getRun } from '@muster/chain/actions/get-run';
import { latestBlock } from '@muster/chain/actions/latest-block';
import { createDockerRuntime } from '../adapters/docker/docker-runtime.ts';
import { createIptablesFence } from '../adapters/host/iptables-fence.ts';
import { createSystemHost } from '../adapters/host/system-host.ts';
import { readDiscoveryClock } from '../adapters/discovery/discovery-clock.ts';
import { requireRunId, type Config } from '../config.ts';
import type { Check } from '../doctor/check.ts';
import { readClocks } from '../doctor/read-clocks.ts';
import { lookOutside } from '../doctor/look-outside.ts';
import { runDoctor, type DoctorReport } from '../doctor/run-doctor.ts';
import { createIsolation, type Isolation } from '../isolation/isolation.ts';
import type { ContainerRuntime } from '../ports/container-runtime.ts';
import { sweepHelpers } from '../reconcile/sweep-helpers.ts';
import { createFeatureBook, UNKNOWN_FEATURES } from '../resources/features.ts';
import { getAddress, keccak256, slice, toHex, type Address } from 'viem';
import { print, printJson } from './print.ts';

/** Exits with 1 when something keeps the agent from serving. */
export async function doctorCommand(config: Config, { json = false }: { json?: boolean }): Promise<void> {
  const report = withChecks(await examine(config), await lookOutside(config, doctorClient(config)));
  if (json) printJson(report);
  else print(render(report));
  if (!report.ok) process.exitCode = 1;
}

const withChecks = (report: DoctorReport, more: Check[]): DoctorReport => ({
  ...report,
  ok: report.ok && more.every(({ severity }) => severity !== 'error'),
  checks: [...report.checks, ...more],
});

const doctorClient = ({ network, rpcUrl }: Config) => createChainClient({ chainId: network.chainId, rpcUrl, timeoutMs: 3_000, retries: 0 });

export async function examine(config: Config): Promise<DoctorReport> {
  const runtime = createDockerRuntime({ dockerHost: config.dockerHost });
  const isolation = createTrialIsolation(config, runtime);
  try {
    return await examineWith(config, { runtime, isolation });
  } finally {
    await sweepHelpers(runtime, trialNode(config.dataDir)).catch(() => undefined);
    await isolation.close().catch(() => undefined);
  }
}

/** The same at every look, so that what was left by one that was killed is found by the next. */
export const trialNode = (dataDir: string): Address => getAddress(slice(keccak256(toHex(`muster doctor ${dataDir}`)), 0, 20));

/** The fence of a node that does not exist: whatever a running agent has put up stays as it is. */
function createTrialIsolation(config: Config, runtime: ContainerRuntime): Isolation {
  const node = trialNode(config.dataDir);
  const fence = createIptablesFence({ node, denied: config.isolation.egressDeny });
  const features = createFeatureBook(UNKNOWN_FEATURES);
  return createIsolation({
    node,
    runtime,
    fence,
    host: createSystemHost(),
    features,
    config: config.isolation,
    monotonic: () => performance.now(),
  });
}

function examineWith(config: Config, { runtime, isolation }: { runtime: ContainerRuntime; isolation: Isolation }): Promise<DoctorReport> {
  const client = doctorClient(config);
  const host = createSystemHost();
  return runDoctor({
    host,
    runtime,
    isolation,
    config,
    readClocks: () =>
      readClocks({
        host,
        now: Date.now,
        readChainTime: async () => (await latestBlock(client)).timestamp,
        readDiscoveryTime: async () => {
          const { discoveryUri } = await getRun({ client, registry: config.addresses.registry }, requireRunId(config));
          return readDiscoveryClock(discoveryUri, { allowPrivate: config.network.isDev });
        },
      }),
  });
}

/** Of the longest id. */
const ID_WIDTH = 16;

function render({ checks, ok }: DoctorReport): string {
  const lines = checks.flatMap((check) => [
    `${markOf(check)} ${check.id.padEnd(ID_WIDTH)} ${check.reason}`,
    ...(check.ok || check.fix === '' ? [] : [`  ${''.padEnd(ID_WIDTH)} ${check.fix}`]),
  ]);
  return [...lines, '', ok ? 'This machine can serve.' : 'This machine cannot serve until what is marked ✗ is fixed.'].join('\n');
}

const markOf = ({ ok, severity }: Check): string => (ok ? '✓' : severity === 'error' ? '✗' : '!');
