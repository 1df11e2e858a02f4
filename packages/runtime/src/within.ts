import { systemClock } from './clock.ts';

/** Whether `work` ends within `ms`. Throws what it throws in time; what it throws later nobody hears. Leaves no timer behind, which would keep the process. */
export async function within(ms: number, work: Promise<unknown>): Promise<boolean> {
  const over = new AbortController();
  const late = systemClock.sleep(ms, over.signal).then(
    () => false,
    () => false,
  );
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    over.abort();
    work.catch(() => undefined);
  }
}
