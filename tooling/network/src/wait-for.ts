import { setTimeout as sleep } from 'node:timers/promises';

interface WaitOptions {
  timeoutMs: number;
  intervalMs?: number;
  /** Gives up early, for example when the process that should answer has ended. */
  stopWhen?: () => boolean;
}

/** Polls until the probe returns something truthy and gives that back, or undefined after the time-out. */
export async function waitFor<T>(probe: () => Promise<T>, { timeoutMs, intervalMs = 100, stopWhen }: WaitOptions): Promise<T | undefined> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const value = await probe();
    if (value) return value;
    if (performance.now() > deadline || stopWhen?.()) return undefined;
    await sleep(intervalMs);
  }
}
