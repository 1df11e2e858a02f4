import type { Logger } from './logger.ts';

export interface Lifetime {
  /** Aborts when the process should stop: everything long-lived listens to it. */
  signal: AbortSignal;
  /** Starts stopping (once) and resolves when every onStop function has ended. */
  stop(reason: string): Promise<void>;
  /**
   * Runs at the stop, the last registered first, one after the other; at once when all have run already. A failure is logged and does not
   * stop the rest.
   */
  onStop(fn: () => Promise<void> | void): void;
}

/** Ties a process's life to SIGINT and SIGTERM. A second signal exits at once; afterwards the event loop empties by itself. */
export function createLifetime({ logger }: { logger: Logger }): Lifetime {
  const controller = new AbortController();
  const closers: (() => Promise<void> | void)[] = [];
  let stopping: Promise<void> | undefined;
  let closed = false;

  function onSignal(name: NodeJS.Signals): void {
    if (stopping) {
      logger.warn({ event: 'stop.forced', signal: name }, 'forced to stop');
      process.exit(name === 'SIGINT' ? 130 : 143);
    }
    void stop(name);
  }

  async function close(): Promise<void> {
    // One by one from the end: a part that a late start still adds is stopped next.
    for (let closer = closers.pop(); closer; closer = closers.pop()) await run(closer);
    closed = true;
    // From here on a signal kills by default, should something still hold the event loop.
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
    logger.info({ event: 'stopped' }, 'stopped');
  }

  async function run(closer: () => Promise<void> | void): Promise<void> {
    try {
      await closer();
    } catch (err) {
      logger.error({ event: 'stop.failed', err }, 'a part did not stop cleanly');
    }
  }

  function onStop(fn: () => Promise<void> | void): void {
    if (closed && stopping) stopping = stopping.then(() => run(fn));
    else closers.push(fn);
  }

  function stop(reason: string): Promise<void> {
    if (!stopping) {
      logger.info({ event: 'stopping', reason }, 'stopping');
      controller.abort(new Error(`stopping: ${reason}`));
      stopping = close();
    }
    return stopping;
  }

  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return { signal: controller.signal, stop, onStop };
}
