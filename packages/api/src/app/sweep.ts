import { trimLogs } from '@muster/db/repositories/trim-logs';
import { sweepRetained } from '@muster/db/repositories/retention';
import { sweepExpired } from '@muster/db/repositories/sweep';
import { sweepUploads } from '../services/snapshot/sweep-uploads.ts';
import type { Deps } from './deps.ts';

/** Clears away what has served its time. */
export async function sweep(deps: Deps): Promise<void> {
  await sweepExpired(deps.db);
  await sweepUploads(deps);
}

/** Longer than between two calls, and than it takes another copy to lead. */
const GREW_WITHIN_MS = 15 * 60_000;

/** Logs grow by the minute: what one container may leave in the database must not wait for the hour. */
export async function sweepLogs({ db, settings, logger }: Deps): Promise<void> {
  const cut = await trimLogs(db, { keepBytes: settings.limits.retention.logBytes, grewWithinMs: GREW_WITHIN_MS });
  if (cut > 0) logger.info({ event: 'logs.trimmed', logs: cut }, 'of logs that grew too long the oldest part is gone');
}

/** Removes what has been over for longer than the operator wants to keep it. */
export async function sweepHistory({ db, settings, logger }: Deps): Promise<void> {
  const removed = await sweepRetained(db, settings.limits.retention);
  if (Object.values(removed).some((count) => count > 0))
    logger.info({ event: 'history.swept', ...removed }, 'removed what is older than it is to be kept');
}
