/** What a container has used up so far, and holds now. */
export interface UsageCounters {
  /** Since it started, ms of one hardware thread. */
  cpuMs: number;
  /** Without what the kernel can take back. */
  memoryBytes: number;
  /** Since it started, over all its interfaces but loopback; absent where the system does not tell. */
  rxBytes?: number;
  txBytes?: number;
}

/** Null: this reader cannot tell, or the container does not run. Throws nothing. */
export interface UsageReader {
  read(container: { id: string; pid: number | null }): Promise<UsageCounters | null>;
}
