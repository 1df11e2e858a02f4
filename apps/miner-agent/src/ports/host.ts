/** The machine, as far as the agent asks about it. */
export interface Host {
  describe(): Promise<HostDescription>;
  /** Space of the filesystem that holds `path`, bytes. */
  diskSpace(path: string): Promise<{ freeBytes: number; totalBytes: number }>;
  /** Busy hardware threads since the last call, and memory in use. */
  usage(): Promise<{ cpu: number; memoryBytes: number }>;
  gpus(): Promise<GpuReading>;
  /** Whether the system keeps its clock by NTP; null when it does not say. */
  keepsTime(): Promise<boolean | null>;
  /** Addresses of this machine under which others may reach it, best first: neither loopback nor link-local. */
  addresses(): string[];
}

export interface HostDescription {
  cpu: { model: string; cores: number; threads: number };
  memoryBytes: number;
  os: { platform: string; kernel: string; arch: string };
}

export interface Gpu {
  uuid: string;
  model: string;
  memoryBytes: number;
}

/** `absent`: no driver. `broken`: there is one, and it does not work. */
export type GpuReading = { state: 'ok'; gpus: Gpu[] } | { state: 'absent' } | { state: 'broken'; problem: string };
