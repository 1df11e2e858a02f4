import { sweepExpired } from '@muster/db/repositories/sweep';
import { sweepUploads } from '../services/snapshot/sweep-uploads.ts';
import type { Deps } from './deps.ts';

/** Clears away what has served its time. */
export async function sweep(deps: Deps): Promise<void> {
  await sweepExpired(deps.db);
  await sweepUploads(deps);
}
