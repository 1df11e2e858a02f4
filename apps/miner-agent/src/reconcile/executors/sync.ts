import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AppError } from '@muster/protocol/errors/app-error';
import type { Hex } from 'viem';
import { mebibytes } from '../../isolation/mebibytes.ts';
import { roleLabels, volumeLabels, volumeName } from '../labels.ts';
import type { Executor, StepContext } from '../executor.ts';
import type { SyncRecord } from '../desired.ts';

/**
 * Archives a volume to a file, then delivers it. Both parts may be repeated: the snapshot is named by the order. One at a time: each takes
 * disk and memory that nobody was promised.
 */
export const sync: Executor<'sync'> = ({ sync: record }, context) =>
  context.inSyncTurn('sync', context.signal, () => archiveAndDeliver(record, context));

async function archiveAndDeliver(record: SyncRecord, context: StepContext): Promise<void> {
  const { deliverSnapshot, signal, logger, scratchDir } = context;
  await mkdir(scratchDir, { recursive: true, mode: 0o700 });
  const file = join(scratchDir, `${record.snapshotId}.tar`);
  try {
    const archive = await archiveVolume(record, file, context);
    await deliverSnapshot(record, archive, signal);
    const { sha256, sizeBytes } = archive;
    logger.info(
      {
        event: 'sync.acknowledged',
        allocationId: record.allocationId,
        taskId: record.taskId,
        volume: record.volume,
        snapshotId: record.snapshotId,
        sha256,
        sizeBytes,
      },
      'the volume is synced',
    );
  } finally {
    await rm(file, { force: true });
  }
}

async function archiveVolume(
  record: SyncRecord,
  file: string,
  { runtime, node, maxSnapshotBytes, signal }: StepContext,
): Promise<{ file: string; sha256: Hex; sizeBytes: number }> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  const measure = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      sizeBytes += chunk.length;
      // Holes in files are zeros in the archive, so it may be far larger than the volume.
      done(sizeBytes > maxSnapshotBytes ? tooLarge(record.volume, maxSnapshotBytes) : null, chunk);
    },
  });
  const archive = runtime.archiveVolume({
    name: volumeName(record, record.volume),
    labels: volumeLabels(node, record),
    helperLabels: roleLabels(node, 'helper'),
    image: record.image,
    signal,
  });
  await pipeline(Readable.from(archive, { objectMode: false }), measure, createWriteStream(file, { mode: 0o600 }), { signal });
  return { file, sha256: `0x${hash.digest('hex')}`, sizeBytes };
}

const tooLarge = (volume: string, bytes: number): AppError =>
  new AppError('PAYLOAD_TOO_LARGE', {
    publicMessage: `The archive of the volume ${volume} has more than the ${mebibytes(bytes)} that one upload may carry`,
  });
