import { AppError } from '@muster/protocol/errors/app-error';
import { demandOf } from '@muster/protocol/task-spec/defaults';
import type { Logger } from '@muster/runtime/logger';
import type { Address } from 'viem';
import { countFiles } from '../isolation/count-files.ts';
import { BYTES, FILES, isNearReserve, judgeDisk, type DiskAccount, type DiskVerdict } from '../isolation/disk-budget.ts';
import { createDiskGauge } from '../isolation/disk-gauge.ts';
import { fileLimitOf, fileReserveOf, tooManyFiles } from '../isolation/file-limit.ts';
import { lookAtDisk } from '../isolation/look-at-disk.ts';
import { mebibytes } from '../isolation/mebibytes.ts';
import type { ContainerRuntime } from '../ports/container-runtime.ts';
import type { DiskSpace, Host } from '../ports/host.ts';
import type { AllocationRecord } from '../reconcile/desired.ts';
import { volumeName } from '../reconcile/labels.ts';
import { failure } from '../reconcile/outcome.ts';
import type { DiskSight } from '../resources/promisable-disk.ts';
import type { AllocationStore } from '../state/allocation-store.ts';

export interface DiskWatchOptions {
  node: Address;
  store: AllocationStore;
  runtime: Pick<ContainerRuntime, 'info' | 'readDiskUsage' | 'listWrittenPaths' | 'removeVolume'>;
  host: Pick<Host, 'diskSpace' | 'countFiles'>;
  reserveBytes: number;
  logger: Logger;
  monotonic: () => number;
  onStopped: (allocationId: string) => void;
  /** What was seen, whenever it was looked at: within a minute, and soon after an allocation has ended. */
  onSeen: (sight: Omit<DiskSight, 'imagesBytes'>) => Promise<void>;
  /** Where the engine keeps its data; asked of the engine when left out. */
  rootDir?: string;
}

/** Between SIGTERM and SIGKILL for a container that is over its limit: it may still say so, and must not go on writing for long. */
const LIMIT_GRACE_MS = 2_000;
/** What an ended allocation was promised is free for others once it has been seen what it left; but not everything is measured for each. */
const SETTLE_MS = 5_000;
/** Where nothing lives, only the owner writes: often enough for every heartbeat to tell of it. */
const IDLE_MS = 20_000;

/**
 * Holds allocations to what they may write, and the machine's disk above its owner's reserve. One call is one tick: free space is read
 * every time while anything lives, what each container has written only when somebody can have gone too far. Where the engine's storage holds
 * containers to a size, the kernel was there first; volumes are watched in any case.
 */
export function createDiskWatch(options: DiskWatchOptions): () => Promise<void> {
  const { node, store, runtime, host, reserveBytes, logger, monotonic, onStopped, onSeen } = options;
  const bytes = createDiskGauge(BYTES, monotonic);
  const files = createDiskGauge(FILES, monotonic);
  let ended: ReadonlySet<string> = new Set();
  let seenAt = -Infinity;
  let { rootDir } = options;
  const sacrificed = new Set<string>();

  /** Where the engine's data lies out of sight (a remote engine), its limits hold and the reserve cannot. */
  async function readSpace(): Promise<DiskSpace> {
    rootDir ??= (await runtime.info()).rootDir;
    return host.diskSpace(rootDir).catch(() => OUT_OF_SIGHT);
  }

  async function stop({ allocationId, code }: DiskVerdict, message: string): Promise<void> {
    const error = new AppError(code, { publicMessage: message });
    const [held, made] = [bytes.find(allocationId), files.find(allocationId)];
    logger.warn(
      {
        event: 'disk.exceeded',
        allocationId,
        code,
        usedBytes: held?.used,
        limitBytes: held?.limit,
        usedFiles: made?.used,
        limitFiles: made?.limit,
      },
      message,
    );
    const isAtFault = code === 'DISK_LIMIT_EXCEEDED';
    await store.update(allocationId, (record) =>
      record && !record.outcome && !isByWatch(record)
        ? {
            ...record,
            stop: {
              ...failure(error),
              graceMs: isAtFault ? Math.min(record.spec.graceMs, LIMIT_GRACE_MS) : 0,
              // Within its limit it is not to blame: lost, and its restart policy decides.
              phase: isAtFault ? 'Failed' : 'Lost',
            },
          }
        : undefined,
    );
    onStopped(allocationId);
  }

  /** What was written over a limit is kept while there is room; for the reserve's sake it goes. */
  async function sacrificeVolumes(): Promise<void> {
    const failed = store.list().filter(({ outcome }) => outcome?.error && DISK_CODES.has(outcome.error.code));
    for (const record of failed) {
      for (const { name } of record.spec.volumes) {
        const volume = volumeName(record, name);
        if (sacrificed.has(volume) || isUsedByAnother(record, volume)) continue;
        sacrificed.add(volume);
        await runtime.removeVolume(volume);
        logger.warn(
          { event: 'volume.removed', volume, allocationId: record.allocationId },
          'a volume goes, since the disk is down to its reserve',
        );
      }
    }
  }

  const isUsedByAnother = (owner: AllocationRecord, volume: string) =>
    store
      .list()
      .some((record) => record !== owner && !record.outcome && record.spec.volumes.some(({ name }) => volumeName(record, name) === volume));

  /** Whether the books are of another time. */
  function isSightOld(live: readonly AllocationRecord[]): boolean {
    const hasNews = store.list().some(({ allocationId, outcome }) => outcome && !ended.has(allocationId));
    return monotonic() - seenAt >= (hasNews ? SETTLE_MS : live.length === 0 ? IDLE_MS : Infinity);
  }

  async function watchBytes(live: readonly AllocationRecord[], space: DiskSpace): Promise<void> {
    const look = bytes.look({ free: space.freeBytes, reserve: reserveBytes });
    const running = live.filter(hasContainer);
    if (bytes.isDue(running.map(byBytes), look) || isSightOld(live)) {
      const readFree = async () => (await readSpace()).freeBytes;
      const sight = await lookAtDisk({ node, runtime, readFree, records: store.list() }).catch(nullIfAway);
      if (sight === null) return;
      ({ ended } = sight);
      seenAt = monotonic();
      const accounts = sight.shares.map(({ allocationId, limitBytes, usedBytes }) => ({
        allocationId,
        limit: limitBytes,
        used: usedBytes,
      }));
      bytes.note(accounts, look);
      await onSeen(sight);
      const judged = accounts.filter(({ allocationId }) => running.some((record) => record.allocationId === allocationId));
      for (const verdict of judgeDisk(judged, look, BYTES))
        await stop(verdict, saidOfBytes(verdict, bytes.find(verdict.allocationId), reserveBytes));
    }
    if (running.every(({ stop: stopping }) => stopping) && isNearReserve(look) && space.freeBytes < reserveBytes) await sacrificeVolumes();
  }

  /** Empty files take no bytes, and a filesystem has a fixed number of them. */
  async function watchFiles(live: readonly AllocationRecord[], space: DiskSpace): Promise<void> {
    if (!Number.isFinite(space.freeFiles)) return;
    const reserve = fileReserveOf(reserveBytes, space);
    const look = files.look({ free: space.freeFiles, reserve });
    const running = live.filter(hasContainer);
    if (!files.isDue(running.map(byFiles), look)) return;
    const accounts = await countFiles(running, options).catch(nullIfAway);
    if (accounts === null) return;
    files.note(accounts, look);
    for (const verdict of judgeDisk(accounts, look, FILES)) {
      const record = running.find(({ allocationId }) => allocationId === verdict.allocationId);
      if (record) await stop(verdict, saidOfFiles(verdict, { record, used: files.find(verdict.allocationId)?.used ?? 0, reserve }));
    }
  }

  return async () => {
    const live = store.list().filter(({ outcome }) => !outcome);
    if (live.length === 0 && !isSightOld(live)) return;
    const space = await readSpace();
    await watchBytes(live, space);
    await watchFiles(live, space);
  };
}

const OUT_OF_SIGHT: DiskSpace = { freeBytes: Infinity, totalBytes: Infinity, freeFiles: Infinity, totalFiles: Infinity };
const hasContainer = ({ containerId }: AllocationRecord): boolean => containerId !== null;
const byBytes = ({ allocationId, spec }: AllocationRecord) => ({ allocationId, limit: demandOf(spec).diskBytes });
const byFiles = ({ allocationId, spec }: AllocationRecord) => ({ allocationId, limit: fileLimitOf(demandOf(spec).diskBytes) });

/** Once is enough; but who is stopping by another's wish, and slowly, may be hurried. */
const isByWatch = ({ stop }: AllocationRecord): boolean => DISK_CODES.has(stop?.error?.code ?? '');

const DISK_CODES: ReadonlySet<string> = new Set(['DISK_LIMIT_EXCEEDED', 'DISK_RESERVE_REACHED']);

/** An engine that does not answer writes nothing, and others say so already. */
function nullIfAway(error: unknown): null {
  if (AppError.is(error, 'DOCKER_UNAVAILABLE')) return null;
  throw error;
}

const saidOfBytes = ({ code }: DiskVerdict, account: DiskAccount | undefined, reserveBytes: number): string =>
  code === 'DISK_LIMIT_EXCEEDED'
    ? `The container and its volumes hold ${mebibytes(account?.used ?? 0)}; its limit is ${mebibytes(account?.limit ?? 0)}`
    : `The node's disk came down to the ${mebibytes(reserveBytes)} that its owner keeps; this container had written most: ${mebibytes(account?.used ?? 0)}`;

const saidOfFiles = (
  { code }: DiskVerdict,
  { record, used, reserve }: { record: AllocationRecord; used: number; reserve: number },
): string =>
  code === 'DISK_LIMIT_EXCEEDED'
    ? tooManyFiles(demandOf(record.spec).diskBytes)
    : `The node's disk came down to the ${reserve} files that its owner keeps; this container had made most: ${used}`;
