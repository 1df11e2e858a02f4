/** What an operator lets others use up. */
export type Limits = {
  /** The largest archive of a snapshot. */
  snapshotBytes: number;
};

export const DEFAULT_LIMITS: Limits = {
  snapshotBytes: 1024 ** 3,
};
