import { systemClock } from '@muster/runtime/clock';
import type { CommandContext } from '../context.ts';
import type { LogSource } from './log-source.ts';
import type { LogChunk } from './print-lines.ts';
import { readLogs } from './read-logs.ts';

const LOOK_EVERY_MS = 1_500;

/** Prints what is stored and what arrives, until the task has ended and its last line is out, or Ctrl-C. */
export async function followLogs(context: CommandContext, source: LogSource, print: (chunk: LogChunk) => void): Promise<void> {
  const { io, live } = context;
  const { api, close } = await live();
  const ended = new AbortController();
  const signal = AbortSignal.any([io.signal, ended.signal]);
  try {
    await new Promise<void>((resolve, reject) => {
      const subscription = api.log.follow.subscribe(source.ref, { onData: print, onError: reject, onComplete: resolve });
      signal.addEventListener('abort', () => {
        subscription.unsubscribe();
        resolve();
      });
      watchForEnd(context, source, { signal, print }).then(() => ended.abort(), reject);
    });
  } finally {
    ended.abort();
    await close();
  }
}

/** After the end a last look fetches what the socket may not have brought yet; the printer drops what it knows. */
async function watchForEnd(
  context: CommandContext,
  source: LogSource,
  { signal, print }: { signal: AbortSignal; print: (chunk: LogChunk) => void },
): Promise<void> {
  while (!signal.aborted) {
    if (await source.hasEnded()) {
      await systemClock.sleep(LOOK_EVERY_MS, signal).catch(() => undefined);
      for await (const chunk of readLogs(context, await source.allocations())) print(chunk);
      return;
    }
    await systemClock.sleep(LOOK_EVERY_MS, signal).catch(() => undefined);
  }
}
