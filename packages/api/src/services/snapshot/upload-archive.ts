import type { Readable } from 'node:stream';
import { findPendingSync } from '@muster/db/repositories/orders';
import { beginUpload, finishUpload, forgetUpload } from '@muster/db/repositories/uploads';
import { AppError } from '@muster/protocol/errors/app-error';
import { frameSchema } from '@muster/protocol/messages/frame';
import { byteCountSchema, hash32Schema, uuidSchema } from '@muster/protocol/primitives';
import { z } from 'zod';
import type { Deps } from '../../app/deps.ts';
import { openNodeFrame } from '../session/node-frame.ts';
import type { SessionDoor } from '../session/session-door.ts';

const uploadSchema = z.strictObject({ sha256: hash32Schema, sizeBytes: byteCountSchema, snapshotId: uuidSchema });

export type UploadDeps = Pick<Deps, 'db' | 'blobs' | 'logger' | 'settings'> & { door: SessionDoor };
export type UploadInput = { frame: unknown; sha256: string; from: string; stream: Readable };

/** Takes archives that nodes were ordered to make: only what the master asked for may fill its disk, and per snapshot one archive. */
export function createArchiveUpload(deps: UploadDeps): (input: UploadInput) => Promise<void> {
  const { db, blobs, logger, settings, door } = deps;
  const underWay = new Set<string>();

  return async ({ frame, sha256: named, from, stream }) => {
    const { session, body } = await openNodeFrame(door, { frame: frameSchema.parse(frame), from, path: 'blobs', schema: uploadSchema });
    const { sha256, sizeBytes, snapshotId } = body;
    const { runId, node } = session;
    const maxBytes = settings.limits.snapshotBytes;
    if (sha256 !== named.toLowerCase()) throw new AppError('SNAPSHOT_MISMATCH');
    if (sizeBytes > maxBytes)
      throw new AppError('PAYLOAD_TOO_LARGE', {
        publicMessage: `The archive has ${sizeBytes} bytes, more than this master takes (${maxBytes}).`,
        data: { maxBytes },
      });
    if ((await findPendingSync(db, session, snapshotId)) === null)
      throw new AppError('NOT_FOUND', { publicMessage: 'No order asked for this snapshot.' });
    if (underWay.has(snapshotId))
      throw new AppError('RATE_LIMITED', { publicMessage: 'An archive of this snapshot is being uploaded already.' });
    underWay.add(snapshotId);
    try {
      await beginUpload(db, { snapshotId, sha256, runId, node, sizeBytes });
      await blobs.put(stream, { sha256, sizeBytes }).catch((cause: unknown) => {
        throw stream.errored ? new AppError('SNAPSHOT_MISMATCH', { publicMessage: 'The upload was cut off.', cause }) : cause;
      });
      for (const replaced of await finishUpload(db, { snapshotId, sha256 })) await forgetUpload(db, replaced, blobs.remove);
    } finally {
      underWay.delete(snapshotId);
    }
    logger.info({ event: 'blob.stored', runId, node, snapshotId, sha256, sizeBytes }, 'stored an archive');
  };
}
