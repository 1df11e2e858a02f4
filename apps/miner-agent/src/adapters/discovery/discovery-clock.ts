import { AppError } from '@muster/protocol/errors/app-error';
import { createGuardedFetch } from '@muster/runtime/guarded-fetch';

const TIMEOUT_MS = 3_000;

/** What discovery's clock says, unix ms, to a second: every HTTP answer bears it. Throws DISCOVERY_UNREACHABLE. */
export async function readDiscoveryClock(uri: string, { allowPrivate }: { allowPrivate: boolean }): Promise<number> {
  const fetch = createGuardedFetch({ allowPrivate, timeoutMs: TIMEOUT_MS, maxBytes: 64 * 1024 });
  const { headers } = await fetch(uri).catch((cause: unknown) => {
    throw new AppError('DISCOVERY_UNREACHABLE', { publicMessage: `Discovery at ${uri} does not answer`, cause });
  });
  const time = Date.parse(headers.get('date') ?? '');
  if (Number.isNaN(time)) throw new AppError('DISCOVERY_UNREACHABLE', { publicMessage: `Discovery at ${uri} does not tell the time` });
  return time;
}
