import type { CapabilityDocument } from '@muster/protocol/capabilities';
import { AppError } from '@muster/protocol/errors/app-error';
import type { ErrorCode } from '@muster/protocol/errors/codes';
import type { AgentContext } from '../context.ts';
import type { Check } from './check.ts';
import { runDoctor } from './run-doctor.ts';

const CODES: Partial<Record<Check['id'], ErrorCode>> = {
  docker: 'DOCKER_UNAVAILABLE',
  'data-dir': 'DATA_DIR_UNUSABLE',
  disk: 'DISK_FULL',
  clock: 'CLOCK_SKEW',
  network: 'CONFIG_INVALID',
  runtime: 'RUNTIME_UNUSABLE',
};

/** Says what is not as it should be; throws the code of the first failed check when the node cannot serve. */
export async function requireSoundMachine({
  host,
  runtime,
  isolation,
  config,
  chain,
  now,
  logger,
}: AgentContext): Promise<CapabilityDocument> {
  const { checks, capabilities } = await runDoctor({
    host,
    runtime,
    isolation,
    config,
    now,
    readChainTime: () => chain.readTime().catch(() => null),
  });
  for (const { id, ok, severity, reason, fix } of checks) {
    if (!ok) logger[severity === 'error' ? 'error' : 'warn']({ event: 'doctor.check', check: id, severity, fix }, `${reason}. ${fix}`);
  }
  const broken = checks.find(({ severity }) => severity === 'error');
  if (capabilities && !broken) return capabilities;
  throw new AppError((broken && CODES[broken.id]) ?? 'TOOL_MISSING', { publicMessage: broken?.reason, hint: broken?.fix });
}
