/** When the engine did not answer: a container that ended meanwhile may have been ended by it. Wall clock, as the engine stamps. */
export interface EngineOutages {
  /** From when on it has been watched: of what was before it knows nothing. */
  readonly since: number;
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

/** Pure but for the clock. What was before this life of the agent, the engine itself has to tell: see `ended-with-engine.ts`. */
export function createEngineOutages(now: () => number): EngineOutages {
  const outages: Outage[] = [];
  let away: number | null = null;
  return {
    since: now(),
    answered() {
      if (away !== null) outages.push({ from: away, to: now() });
      if (outages.length > KEPT) outages.shift();
      away = null;
    },
    failed() {
      away ??= now() - NOTICE_MS;
    },
    includes: (atMs) => atMs !== null && (outages.some(({ from, to }) => from <= atMs && atMs <= to) || (away !== null && away <= atMs)),
  };
}
