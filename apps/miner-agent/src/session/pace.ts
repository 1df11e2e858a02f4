/** What the master asks for: how often to beat, and how long it waits for a beat. */
export interface AskedPace {
  heartbeatMs: number;
  lostAfterMs: number;
}

/** A node that is heard of more seldom serves nobody; and a timer of weeks would be none at all. */
const LONGEST_MS = 10 * 60_000;

/**
 * How long the node rests between two heartbeats: as the master asks, yet never so short that beating is all that the machine does
 * (`leastMs` is its owner's word), and never so long that it cuts itself off by its own silence.
 */
export const restBetweenBeats = ({ heartbeatMs, lostAfterMs }: AskedPace, leastMs: number): number =>
  Math.max(leastMs, Math.min(heartbeatMs, Math.floor(lostAfterMs / 2), LONGEST_MS));
