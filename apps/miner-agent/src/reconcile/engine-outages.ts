/** When the engine did not answer: a container that ended meanwhile may have been ended by it. Wall clock, as the engine stamps. */
export interface EngineOutages {
  answered(): void;
  failed(): void;
  /** Whether the engine was away at this moment; null is no moment. */
  includes(atMs: number | null): boolean;
}

interface Outage {
  from: number;
  to: number;
}

/** An engine that shuts down closes its door before it stops its containers, and we hear of that within this time. It may answer us meanwhile. */
const NOTICE_MS = 2_000;
const KEPT = 20;

/** Pure but for the clock. What a former life of the agent saw is not known to this one. */
export function createEngineOutages(now: () => number): EngineOutages {
  const outages: Outage[] = [];
  let since: number | null = null;
  return {
    answered() {
      if (since !== null) outages.push({ from: since, to: now() });
      if (outages.length > KEPT) outages.shift();
      since = null;
    },
    failed() {
      since ??= now() - NOTICE_MS;
    },
    includes: (atMs) => atMs !== null && (outages.some(({ from, to }) => from <= atMs && atMs <= to) || (since !== null && since <= atMs)),
  };
}
