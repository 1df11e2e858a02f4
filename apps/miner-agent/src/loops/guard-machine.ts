import type { Logger } from '@muster/runtime/logger';
import { every } from '@muster/runtime/poll';
import { createFenceKeeper, type KeepFenceOptions } from './keep-fence.ts';
import { createDiskWatch, type DiskWatchOptions } from './watch-disk.ts';

export interface GuardOptions extends Omit<DiskWatchOptions, 'onStopped' | 'reserveBytes'>, KeepFenceOptions {
  config: { isolation: { diskReserveBytes: number } };
  reconciler: { wake(): void; interrupt(allocationId: string): void };
  logger: Logger;
  signal: AbortSignal;
  onError: (error: unknown) => void;
}

const FENCE_MS = 5_000;
const DISK_MS = 500;

/** What runs may try the machine at any time: the fence is kept up, and the disk watched, for as long as the agent lives. */
export function guardMachine({ reconciler, config, signal, onError, ...options }: GuardOptions): Promise<void>[] {
  const watchDisk = createDiskWatch({
    ...options,
    reserveBytes: config.isolation.diskReserveBytes,
    onStopped: (allocationId) => reconciler.interrupt(allocationId),
  });
  const keepFence = createFenceKeeper(options);
  const guardFence = async () => {
    if ((await keepFence()) > 0) reconciler.wake();
  };
  return [every(FENCE_MS, guardFence, { signal, onError }), every(DISK_MS, watchDisk, { signal, onError })];
}
