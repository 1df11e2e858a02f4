import { findSnapshot, listSnapshots } from '@muster/db/repositories/snapshots';
import { listPendingOrders } from '@muster/db/repositories/orders';
import { AppError } from '@muster/protocol/errors/app-error';
import { frameSchema } from '@muster/protocol/messages/frame';
import { byteCountSchema, hash32Schema, uuidSchema } from '@muster/protocol/primitives';
import { z } from 'zod';
import type { Deps } from '../../app/deps.ts';
import type { AuthService, OwnerService, SnapshotService } from '../../services.ts';
import { iso } from '../iso-time.ts';
import { syncBodyOf } from '../session/acknowledge-sync.ts';
import { openNodeFrame } from '../session/node-frame.ts';
import type { SessionBook } from '../session/session-book.ts';

const SHOWN = 200;
const uploadSchema = z.strictObject({ sha256: hash32Schema, sizeBytes: byteCountSchema, snapshotId: uuidSchema });

export type SnapshotDeps = Pick<Deps, 'db' | 'blobs' | 'logger'> & { book: SessionBook; auth: AuthService; owners: OwnerService };

export function createSnapshotService({ db, blobs, logger, book, auth, owners }: SnapshotDeps): SnapshotService {
  return {
    async list(taskId) {
      const { items } = await listSnapshots(db, { taskId, limit: SHOWN });
      return items.map(({ runId: _runId, acknowledgment: _acknowledgment, ...snapshot }) => ({
        ...snapshot,
        createdAt: iso(snapshot.createdAt),
      }));
    },

    async upload({ frame, sha256, stream }) {
      const { session, body } = await openNodeFrame(book, { frame: frameSchema.parse(frame), path: 'blobs', schema: uploadSchema });
      if (body.sha256 !== sha256.toLowerCase()) throw new AppError('SNAPSHOT_MISMATCH');
      // Only what the master asked for may fill its disk.
      const pending = await listPendingOrders(db, session);
      if (!pending.some((order) => order.kind === 'sync' && syncBodyOf(order)?.snapshotId === body.snapshotId))
        throw new AppError('NOT_FOUND', { publicMessage: 'No order asked for this snapshot.' });
      await blobs.put(stream, { sha256: body.sha256, sizeBytes: body.sizeBytes });
      logger.info(
        {
          event: 'blob.stored',
          runId: session.runId,
          node: session.node,
          snapshotId: body.snapshotId,
          sha256: body.sha256,
          sizeBytes: body.sizeBytes,
        },
        'stored an archive',
      );
    },

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
