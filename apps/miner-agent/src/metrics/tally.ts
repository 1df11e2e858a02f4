/** What is counted, each with the words that tell its cases apart: few words, whatever a buyer or a peer does. */
export interface Counts {
  orders: { kind: string; result: string };
  step_failures: { step: string; code: string };
  images: { result: string };
  rpc_failures: { code: string };
  log_delivered_bytes: Record<never, never>;
  log_dropped_lines: Record<never, never>;
  slow_writes: Record<never, never>;
}
export type CountName = keyof Counts;

/** What has happened since the agent started. */
export interface Tally {
  add<N extends CountName>(name: N, labels: Counts[N], amount?: number): void;
  read<N extends CountName>(name: N): { labels: Counts[N]; value: number }[];
}

export function createTally(): Tally {
  const entries = new Map<string, { name: CountName; labels: Counts[CountName]; value: number }>();
  return {
    add(name, labels, amount = 1) {
      const key = JSON.stringify([name, labels]);
      const entry = entries.get(key);
      if (entry) entry.value += amount;
      else entries.set(key, { name, labels, value: amount });
    },
    read: <N extends CountName>(name: N) =>
      [...entries.values()].filter((entry): entry is { name: N; labels: Counts[N]; value: number } => entry.name === name),
  };
}
