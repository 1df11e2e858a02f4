import type { Logger } from '@muster/runtime/logger';
import { within } from '@muster/runtime/within';

export interface SlowWritesOptions {
  logger: Logger;
  /** A write that takes so long is no more a matter of a busy moment. */
  slowMs: number;
  onSlow: () => void;
}

/** Tells, while it is so, that the disk takes long over a small file; once until it is quick again. */
export function createSlowWrites({ logger, slowMs, onSlow }: SlowWritesOptions): (write: Promise<void>) => Promise<void> {
  let isSlow = false;
  return async (write) => {
    const isQuick = await within(slowMs, write);
    if (!isQuick) onSlow();
    if (isQuick && isSlow) logger.info({ event: 'disk.quick' }, "the disk of the agent's data is quick again");
    if (!isQuick && !isSlow)
      logger.warn(
        { event: 'disk.slow', slowMs },
        `the disk of the agent's data takes more than ${slowMs} ms for a small file: what is to be begun, and logs, wait for it`,
      );
    isSlow = !isQuick;
    await write;
  };
}
