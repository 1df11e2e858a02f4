import { setTimeout as sleep } from 'node:timers/promises';

/** Far from how long anything takes on a busy machine: what comes ends the wait. */
export const PATIENCE_MS = 180_000;

/** Looks again until something is there, and gives it back; fails with what was waited for. */
export async function until<T>(what: string, look: () => T | Promise<T>, timeoutMs = PATIENCE_MS): Promise<NonNullable<Exclude<T, false>>> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== null && found !== false) return found as NonNullable<Exclude<T, false>>;
    if (performance.now() > end) throw new Error(`not within ${timeoutMs / 1000} s: ${what}`);
    await sleep(50);
  }
}
