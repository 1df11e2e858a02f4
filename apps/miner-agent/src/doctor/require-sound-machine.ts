import type { CapabilityDocument } from '@muster/protocol/capabilities';
import { AppError } from '@muster/protocol/errors/app-error';
import type { ErrorCode } from '@muster/protocol/errors/codes';
import { readDiscoveryClock } from '../adapters/discovery/discovery-clock.ts';
import type { AgentContext } from '../context.ts';
import type { Check } from './check.ts';
import { readClocks } from './read-clocks.ts';
import { runDoctor } from './run-doctor.ts';

const CODES: Partial<Record<Check['id'], ErrorCode>> = {
  docker: 'DOCKER_UNAVAILABLE',
  'data-dir': 'DATA_DIR_UNUSABLE',
  disk: 'DISK_FULL',
  clock: 'CLOCK_SKEW',
  network: 'CONFIG_INVALID',
  runtime: 'RUNTIME_UNUSABLE',
  policy: 'CONFIG_INVALID',
};

/** Says what is not as it should be; throws the code of the first failed check when the node cannot serve, and serves nobody yet. */
export async function requireSoundMachine({
  host,
  runtime,
  isolation,
  features,
  config,
  chain,
  now,
  stores,
  allowPrivate,
  logger,
}: AgentContext): Promise<CapabilityDocument> {
  const { checks, capabilities, gpuInability } = await runDoctor({
    host,
    runtime,
    isolation,
    config,
    readClocks: () =>
      readClocks({
        host,
        now,
        readChainTime: () => chain.readTime(),
        readDiscoveryTime: async () => readDiscoveryClock((await chain.readRun()).discoveryUri, { allowPrivate }),
      }),
  });
  features.set('gpu', gpuInability);
  for (const { id, ok, severity, reason, fix } of checks) {
    if (!ok) logger[severity === 'error' ? 'error' : 'warn']({ event: 'doctor.check', check: id, severity, fix }, `${reason}. ${fix}`);
  }
  const broken = checks.find(({ severity }) => severity === 'error');
  if (capabilities && !broken) return capabilities;
  // What runs here already is looked after, whatever is wrong: it must end in time, and its log and its exit code are somebody's.
  const registered = stores.state.get().registration?.capabilities;
  if (registered && stores.allocations.list().some(({ outcome }) => outcome === null)) return capabilities ?? registered;
  throw new AppError((broken && CODES[broken.id]) ?? 'TOOL_MISSING', { publicMessage: broken?.reason, hint: broken?.fix });
}
