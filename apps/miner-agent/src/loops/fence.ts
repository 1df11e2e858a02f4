/** Knows for how long the master has been silent, on a clock that nobody can set. */
export interface Fence {
  /** The master has just confirmed that it knows us alive. */
  contact(lostAfterMs: number): void;
  /** The master may by now have given our work to another node. */
  isCut(): boolean;
}

/** `lostAfterMs` null: no master yet, so nothing to be cut off from. A restart counts from the restart. */
export function createFence(monotonic: () => number, initialLostAfterMs: number | null): Fence {
  let last = monotonic();
  let lostAfterMs = initialLostAfterMs;
  return {
    contact(ms) {
      last = monotonic();
      lostAfterMs = ms;
    },
    isCut: () => lostAfterMs !== null && monotonic() - last > lostAfterMs,
  };
}
