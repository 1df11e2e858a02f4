export type Listening = {
  /** A turn of the loop begins: since when has this master listened without a break? Unix ms. */
  begin(nowMs: number): number;
  /** The turn has succeeded, so the database was there. */
  end(nowMs: number): void;
};

/**
 * "Expiry is suspended for one grace period" after the master was deaf, however that came: it was not started yet, did not lead, had no
 * database, or its machine slept. Silence of that time is the master's own, not the node's. Turns further apart than `maxGapMs` are a break.
 */
export function createListening({ startedMs, maxGapMs }: { startedMs: number; maxGapMs: number }): Listening {
  let sinceMs = startedMs;
  let heardMs = startedMs;
  return {
    begin(nowMs) {
      if (nowMs - heardMs > maxGapMs) sinceMs = nowMs;
      return sinceMs;
    },
    end(nowMs) {
      heardMs = nowMs;
    },
  };
}
