import { AppError } from '@muster/protocol/errors/app-error';
import { demandOf } from '@muster/protocol/task-spec/defaults';
import type { Logger } from '@muster/runtime/logger';
import type { Address } from 'viem';
import { isMeasureDue, isNearReserve, judgeDisk, type DiskAccount, type DiskLook, type DiskVerdict } from '../isolation/disk-budget.ts';
import { mebibytes } from '../isolation/mebibytes.ts';
import { lookAtDisk } from '../isolation/look-at-disk.ts';
import type { ContainerRuntime } from '../ports/container-runtime.ts';
import type { Host } from '../ports/host.ts';
import type { AllocationRecord } from '../reconcile/desired.ts';
import { volumeName } from '../reconcile/labels.ts';
import { failure } from '../reconcile/outcome.ts';
import type { DiskSight } from '../resources/promisable-disk.ts';
import type { AllocationStore } from '../state/allocation-store.ts';

export interface DiskWatchOptions {
  node: Address;
  store: AllocationStore;
  runtime: Pick<ContainerRuntime, 'info' | 'readDiskUsage' | 'removeVolume'>;
  host: Pick<Host, 'diskSpace'>;
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
const isLive = ({ outcome }: AllocationRecord) => !outcome;
/** What an ended allocation was promised is free for others once it has been seen what it left; but not everything is measured for each. */
const SETTLE_MS = 5_000;

/**
 * Holds allocations to what they may write, and the machine's disk above its owner's reserve. One call is one tick: free space is read
 * every time, what each container has written only when somebody can have gone too far. Where the engine's storage holds
 * containers to a size, the kernel was there first; volumes are watched in any case.
 */
export function createDiskWatch(options: DiskWatchOptions): () => Promise<void> {
  const { node, store, runtime, host, reserveBytes, logger, monotonic, onStopped, onSeen } = options;
  let accounts: readonly DiskAccount[] = [];
  let ended: ReadonlySet<string> = new Set();
  let measuredAt = -Infinity;
  let previousFreeBytes: number | undefined;
  let measuredFreeBytes = Infinity;
  let { rootDir } = options;
  const sacrificed = new Set<string>();

  /** Where the engine's data lies out of sight (a remote engine), its limits hold and the reserve cannot. */
  async function readFree(): Promise<number> {
    rootDir ??= (await runtime.info()).rootDir;
    return host.diskSpace(rootDir).then(
      ({ freeBytes }) => freeBytes,
      () => Infinity,
    );
  }

  async function stop({ allocationId, code }: DiskVerdict): Promise<void> {
    const account = accounts.find((known) => known.allocationId === allocationId);
    const error = new AppError(code, { publicMessage: messageOf(code, account, reserveBytes) });
    logger.warn(
      { event: 'disk.exceeded', allocationId, code, usedBytes: account?.usedBytes, limitBytes: account?.limitBytes },
      error.publicMessage,
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

  /** Whether the books are of another time: nothing lives, which costs nothing to see, or somebody has ended. */
  const isSightOld = (live: readonly AllocationRecord[], sinceMeasureMs: number): boolean =>
    sinceMeasureMs >= SETTLE_MS &&
    (live.length === 0 || store.list().some(({ allocationId, outcome }) => outcome && !ended.has(allocationId)));

  return async () => {
    const live = store.list().filter(isLive);
    const records = live.filter(({ containerId }) => containerId !== null);
    const freeBytes = await readFree();
    const isKnown = (id: string) => accounts.find(({ allocationId }) => allocationId === id);
    const look: DiskLook = {
      freeBytes,
      previousFreeBytes: previousFreeBytes ?? freeBytes,
      measuredFreeBytes,
      sinceMeasureMs: monotonic() - measuredAt,
      reserveBytes,
    };
    previousFreeBytes = freeBytes;
    const fresh = records.map((record) => isKnown(record.allocationId) ?? unmeasured(record));
    if (isMeasureDue(fresh, look) || isSightOld(live, look.sinceMeasureMs)) {
      const sight = await lookAtDisk({ node, runtime, readFree, records: store.list() }).catch(nullIfAway);
      if (sight === null) return;
      ({ accounts, ended } = sight);
      measuredAt = monotonic();
      measuredFreeBytes = freeBytes;
      await onSeen(sight);
      const running = accounts.filter(({ allocationId }) => records.some((record) => record.allocationId === allocationId));
      for (const verdict of judgeDisk(running, look)) await stop(verdict);
    }
    if (records.every(({ stop: stopping }) => stopping) && isNearReserve(look) && freeBytes < reserveBytes) await sacrificeVolumes();
  };
}

/** Once is enough; but who is stopping by another's wish, and slowly, may be hurried. */
const isByWatch = ({ stop }: AllocationRecord): boolean => DISK_CODES.has(stop?.error?.code ?? '');

const DISK_CODES: ReadonlySet<string> = new Set(['DISK_LIMIT_EXCEEDED', 'DISK_RESERVE_REACHED']);

/** An engine that does not answer writes nothing, and others say so already. */
function nullIfAway(error: unknown): null {
  if (AppError.is(error, 'DOCKER_UNAVAILABLE')) return null;
  throw error;
}

const unmeasured = (record: AllocationRecord): DiskAccount => ({
  allocationId: record.allocationId,
  limitBytes: demandOf(record.spec).diskBytes,
  usedBytes: 0,
});

function messageOf(code: DiskVerdict['code'], account: DiskAccount | undefined, reserveBytes: number): string {
  const used = mebibytes(account?.usedBytes ?? 0);
  return code === 'DISK_LIMIT_EXCEEDED'
    ? `The container and its volumes hold ${used}; its limit is ${mebibytes(account?.limitBytes ?? 0)}`
    : `The node's disk came down to the ${mebibytes(reserveBytes)} that its owner keeps; this container had written most: ${used}`;
}
