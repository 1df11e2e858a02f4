import { AppError } from '@muster/protocol/errors/app-error';
import { systemClock } from '@muster/runtime/clock';
import type { Io } from './io.ts';

const INTERVAL_MS = 500;

export interface WaitOptions<T> {
  io: Io;
  timeoutMs: number;
  /** What is waited for, in words, once it did not come in time: then it is known what was seen last. */
  what: () => string;
  /** Null while it is not there yet. */
  look: () => Promise<T | null>;
}

/** Looks again and again until there is something. Throws TIMED_OUT. */
export async function waitFor<T>({ io, timeoutMs, what, look }: WaitOptions<T>): Promise<T> {
  const deadline = io.now() + timeoutMs;
  for (;;) {
    const found = await look();
    if (found !== null) return found;
    if (io.now() >= deadline) {
      throw new AppError('TIMED_OUT', {
        publicMessage: `Waited ${Math.round(timeoutMs / 1000)} s for ${what()}.`,
        hint: 'It may still come: look again later, or wait longer with --timeout.',
      });
    }
    await systemClock.sleep(INTERVAL_MS, io.signal);
  }
}

/** Turns "not there yet" refusals into null. */
export async function unlessMissing<T>(look: () => Promise<T>): Promise<T | null> {
  try {
    return await look();
  } catch (error) {
    const code = AppError.fromWire(error)?.code;
    // The master's mirror follows the chain a moment later; a stranger's run and an unknown one look alike.
    if (code === 'RUN_UNKNOWN' || code === 'NOT_FOUND' || code === 'NOT_RUN_OWNER') return null;
    throw error;
  }
}
