/** One at a time per key. Throws what the work throws, or the signal's reason when it is aborted before its turn comes. */
export type KeyedTurns = <T>(key: string, signal: AbortSignal, work: () => Promise<T>) => Promise<T>;

export function createKeyedTurns(): KeyedTurns {
  const running = new Map<string, Promise<void>>();

  return async (key, signal, work) => {
    for (let other = running.get(key); other; other = running.get(key)) await untilAborted(other, signal);
    signal.throwIfAborted();
    const result = work();
    const clear = () => void running.delete(key);
    running.set(key, result.then(clear, clear));
    return result;
  };
}

async function untilAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  let leave: () => void = () => undefined;
  const gone = new Promise<never>((_, reject) => {
    leave = () => reject(signal.reason);
    signal.addEventListener('abort', leave, { once: true });
  });
  await Promise.race([work, gone]).finally(() => signal.removeEventListener('abort', leave));
}
