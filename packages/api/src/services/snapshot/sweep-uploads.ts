import { forgetUpload, listOldUploads } from '@muster/db/repositories/uploads';
import type { Deps } from '../../app/deps.ts';

/** Longer than any upload takes, and than a node goes on trying. */
const OLD_MS = 24 * 3_600_000;

/** Forgets uploads of which nothing came, with their blobs; what a snapshot refers to stays. */
export async function sweepUploads({ db, blobs, logger }: Pick<Deps, 'db' | 'blobs' | 'logger'>): Promise<void> {
  for (const upload of await listOldUploads(db, OLD_MS)) {
    await forgetUpload(db, upload, async (sha256) => {
      await blobs.remove(sha256);
      logger.info({ event: 'blob.removed', ...upload }, 'removed an archive that no snapshot refers to');
    });
  }
}
