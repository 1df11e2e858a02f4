import { isDataError, isRetryable } from '../sql/error-class.ts';

export interface CoalescerOptions<Item, Result> {
  /** Two items with one key never share a batch, and keep their order. */
  keyOf(item: Item): string;
  /** Writes a batch in one statement; one result per item, in their order. */
  write(items: readonly Item[]): Promise<Result[]>;
  maxBatch?: number;
}

export interface Coalescer<Item, Result> {
  add(item: Item): Promise<Result>;
  close(): Promise<void>;
}

interface Entry<Item, Result> {
  item: Item;
  resolve(result: Result): void;
  reject(error: unknown): void;
}

const MAX_BATCH = 1_000;

/** Batches without a timer: one batch is under way at a time, and whatever comes meanwhile is the next. */
export function createCoalescer<Item, Result>(options: CoalescerOptions<Item, Result>): Coalescer<Item, Result> {
  const { keyOf, write, maxBatch = MAX_BATCH } = options;
  let waiting: Entry<Item, Result>[] = [];
  let running: Promise<void> | undefined;

  async function run(): Promise<void> {
    // Lets everything that this turn of the event loop brings join the first batch.
    await new Promise((resolve) => setImmediate(resolve));
    while (waiting.length > 0) await settle(takeBatch());
    running = undefined;
  }

  function takeBatch(): Entry<Item, Result>[] {
    const keys = new Set<string>();
    const batch: Entry<Item, Result>[] = [];
    const later: Entry<Item, Result>[] = [];
    for (const entry of waiting) {
      const key = keyOf(entry.item);
      const fits = batch.length < maxBatch && !keys.has(key);
      keys.add(key);
      (fits ? batch : later).push(entry);
    }
    waiting = later;
    return batch;
  }

  async function settle(batch: readonly Entry<Item, Result>[], mayRetry = true): Promise<void> {
    try {
      const results = await write(batch.map(({ item }) => item));
      for (const [index, { resolve, reject }] of batch.entries()) {
        const result = results[index];
        if (result === undefined) reject(new Error('a batch was answered with too few results'));
        else resolve(result);
      }
    } catch (error) {
      if (mayRetry && isRetryable(error)) return settle(batch, false);
      // One item that PostgreSQL cannot take must not fail the others: halve until it stands alone.
      if (isDataError(error) && batch.length > 1) {
        const middle = batch.length >> 1;
        await settle(batch.slice(0, middle));
        return settle(batch.slice(middle));
      }
      for (const { reject } of batch) reject(error);
    }
  }

  return {
    add: (item) =>
      new Promise<Result>((resolve, reject) => {
        waiting.push({ item, resolve, reject });
        running ??= run();
      }),
    close: async () => {
      while (running) await running;
    },
  };
}
