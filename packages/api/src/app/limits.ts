import type { Retention } from '@muster/db/repositories/retention';

/** What an operator lets others use up. */
export type Limits = {
  /** The largest archive of a snapshot. */
  snapshotBytes: number;
  /** What a node may say to its master: a heartbeat each 30 s, and with much log a frame for every few milliseconds. */
  framesPerSecond: number;
  /** Log that is taken of one container, and of one node with all of its own; what is more waits there, where the oldest lines give way. */
  logBytesPerSecond: { container: number; node: number };
  /** Tasks of one run that have not ended: the master has all of them before it at every turn. */
  openTasks: number;
  retention: Retention;
};

const DAY_MS = 86_400_000;

export const DEFAULT_LIMITS: Limits = {
  snapshotBytes: 1024 ** 3,
  framesPerSecond: 200,
  logBytesPerSecond: { container: 512 * 1024, node: 4 * 1024 ** 2 },
  openTasks: 1_000,
  retention: { logsMs: 30 * DAY_MS, logBytes: 256 * 1024 ** 2, timelineMs: 365 * DAY_MS, evidenceMs: 365 * DAY_MS, ordersMs: 30 * DAY_MS },
};
