import { sweepRetained } from '@muster/db/repositories/retention';
import { sweepExpired } from '@muster/db/repositories/sweep';
import { sweepUploads } from '../services/snapshot/sweep-uploads.ts';
import type { Deps } from './deps.ts';

/** Clears away what has served its time. */
export async function sweep(deps: Deps): Promise<void> {
  await sweepExpired(deps.db);
  await sweepUploads(deps);
}

/** Removes what has been over for longer than the operator wants to keep it. */
export async function sweepHistory({ db, settings, logger }: Deps): Promise<void> {
  const removed = await sweepRetained(db, settings.limits.retention);
  if (Object.values(removed).some((count) => count > 0))
    logger.info({ event: 'history.swept', ...removed }, 'removed what is older than it is to be kept');
}
