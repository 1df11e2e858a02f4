/** What an operator lets others use up. */
export type Limits = {
  /** The largest archive of a snapshot. */
  snapshotBytes: number;
  /** What a node may say to its master: a heartbeat each 30 s, and with much log a frame for every few milliseconds. */
  framesPerSecond: number;
};

export const DEFAULT_LIMITS: Limits = {
  snapshotBytes: 1024 ** 3,
  framesPerSecond: 200,
};
