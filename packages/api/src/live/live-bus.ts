import { randomUUID } from 'node:crypto';
import type { Database } from '@muster/db/client';
import type { Logger } from '@muster/runtime/logger';
import type { Topic } from './topics.ts';

const CHANNEL = 'muster';
/** NOTIFY takes a global lock per commit: at most one in this time, for many topics, never one per row. The first goes out at once. */
const FLUSH_MS = 15;
/** PostgreSQL refuses payloads of 8000 bytes. */
const MAX_PAYLOAD = 7_500;

/** Collects what happened to some topics between two looks. */
export type Watcher = {
  /** Resolves with the topics that changed since the last call; empty after `timeoutMs` or when the signal aborts. */
  next(timeoutMs: number): Promise<ReadonlySet<Topic>>;
  close(): void;
};

export type LiveBus = {
  /** Tells every copy of the server, this one included. Never waits and never fails: watchers also look by themselves. */
  publish(topics: Iterable<Topic>): void;
  watch(topics: Iterable<Topic>, signal?: AbortSignal): Watcher;
  close(): Promise<void>;
};

type Listener = (topic: Topic) => void;

/** Hints between copies of the server over LISTEN/NOTIFY. A hint may be lost: whoever watches looks at the rows now and then anyway. */
export async function createLiveBus({ db, logger }: { db: Pick<Database, 'listen' | 'notify'>; logger: Logger }): Promise<LiveBus> {
  const listeners = new Map<Topic, Set<Listener>>();
  const outgoing = new Set<Topic>();
  const self = randomUUID();
  let flushing: NodeJS.Timeout | undefined;
  let flushedAt = Number.NEGATIVE_INFINITY;

  const deliver = (topic: Topic): void => {
    for (const listener of listeners.get(topic) ?? []) listener(topic);
  };
  const unlisten = await db.listen(CHANNEL, (payload) => {
    // Null: the connection was away and anything may have happened.
    const [sender, ...topics] = payload === null ? ['', ...listeners.keys()] : payload.split(' ');
    // What this copy says itself was delivered when it was said.
    if (sender !== self) for (const topic of topics) deliver(topic as Topic);
  });

  async function flush(): Promise<void> {
    flushing = undefined;
    flushedAt = performance.now();
    const payloads = chunk([...outgoing]);
    outgoing.clear();
    for (const payload of payloads) {
      await db
        .notify(CHANNEL, `${self} ${payload}`)
        .catch((err: unknown) => logger.warn({ event: 'live.notify-failed', err }, 'a hint was lost'));
    }
  }

  return {
    publish(topics) {
      for (const topic of topics) {
        outgoing.add(topic);
        deliver(topic);
      }
      if (outgoing.size > 0) flushing ??= setTimeout(() => void flush(), flushedAt + FLUSH_MS - performance.now());
    },
    watch: (topics, signal) => createWatcher({ topics: [...topics], signal, listeners }),
    async close() {
      clearTimeout(flushing);
      await flush();
      await unlisten();
    },
  };
}

function createWatcher(options: { topics: Topic[]; signal: AbortSignal | undefined; listeners: Map<Topic, Set<Listener>> }): Watcher {
  const { topics, signal, listeners } = options;
  let seen = new Set<Topic>();
  let wake: (() => void) | undefined;
  const listener: Listener = (topic) => {
    seen.add(topic);
    wake?.();
  };
  for (const topic of topics) listeners.set(topic, (listeners.get(topic) ?? new Set()).add(listener));

  return {
    async next(timeoutMs) {
      if (seen.size === 0 && signal?.aborted !== true) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, timeoutMs);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
          signal?.addEventListener('abort', wake, { once: true });
        });
        if (wake) signal?.removeEventListener('abort', wake);
        wake = undefined;
      }
      const changed = seen;
      seen = new Set();
      return changed;
    },
    close() {
      for (const topic of topics) {
        const set = listeners.get(topic);
        set?.delete(listener);
        if (set?.size === 0) listeners.delete(topic);
      }
    },
  };
}

function chunk(topics: readonly Topic[]): string[] {
  const payloads: string[] = [];
  let current = '';
  for (const topic of topics) {
    if (current.length + topic.length + 1 > MAX_PAYLOAD) {
      payloads.push(current);
      current = '';
    }
    current = current === '' ? topic : `${current} ${topic}`;
  }
  return current === '' ? payloads : [...payloads, current];
}
