import { findSnapshot, listSnapshots } from '@muster/db/repositories/snapshots';
import { AppError } from '@muster/protocol/errors/app-error';
import { uuidSchema } from '@muster/protocol/primitives';
import type { AuthService, OwnerService, SnapshotService } from '../../services.ts';
import { iso } from '../iso-time.ts';
import { createArchiveUpload, type UploadDeps } from './upload-archive.ts';

const SHOWN = 200;

export type SnapshotDeps = UploadDeps & { auth: AuthService; owners: OwnerService };

export function createSnapshotService(deps: SnapshotDeps): SnapshotService {
  const { db, blobs, auth, owners } = deps;
  return {
    async list(taskId) {
      const { items } = await listSnapshots(db, { taskId, limit: SHOWN });
      return items.map(({ runId: _runId, acknowledgment: _acknowledgment, ...snapshot }) => ({
        ...snapshot,
        createdAt: iso(snapshot.createdAt),
      }));
    },

    upload: createArchiveUpload(deps),

    async download({ snapshotId, token }) {
      const signedIn = token === null ? null : await auth.readSession(token);
      if (signedIn === null) throw new AppError('NOT_SIGNED_IN');
      const snapshot = uuidSchema.safeParse(snapshotId).success ? await findSnapshot(db, snapshotId) : null;
      if (snapshot === null) throw new AppError('NOT_FOUND');
      await owners.authorise({ address: signedIn.address, ref: { taskId: snapshot.taskId } });
      const blob = await blobs.get(snapshot.sha256);
      if (blob === null) throw new AppError('NOT_FOUND', { publicMessage: 'The archive is no longer in the blob store.' });
      return { ...blob, sha256: snapshot.sha256, fileName: `${snapshot.volume}-${snapshotId.slice(0, 8)}.tar` };
    },
  };
}
