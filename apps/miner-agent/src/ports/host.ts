import type { Gpu } from '@muster/protocol/capabilities';
import type { GpuUsage } from '@muster/protocol/messages/frames';

/** The machine, as far as the agent asks about it. */
export interface Host {
  describe(): Promise<HostDescription>;
  /** Space of the filesystem that holds `path`, bytes. */
  diskSpace(path: string): Promise<DiskSpace>;
  /** Files and directories below a path, as far as they can be read; `most` + 1 stands for more than `most`. */
  countFiles(path: string, options: { most: number }): Promise<number>;
  /** Busy hardware threads since the last call, memory in use, and bytes over its outward interfaces since it was booted, where the system tells. */
  usage(): Promise<{ cpu: number; memoryBytes: number; rxBytes?: number; txBytes?: number }>;
  gpus(): Promise<GpuReading>;
  /** Of NVIDIA's GPUs; empty while the driver does not say. */
  gpuUsage(): Promise<GpuUsage[]>;
  graphics(): Promise<PciGraphics[]>;
  /** Whether the system keeps its clock by NTP; null when it does not say. */
  keepsTime(): Promise<boolean | null>;
  /** Addresses of this machine under which others may reach it, best first: neither loopback nor link-local. */
  addresses(): string[];
}

export interface DiskSpace {
  freeBytes: number;
  totalBytes: number;
  /** Infinite where the filesystem has no fixed number of files. */
  freeFiles: number;
  totalFiles: number;
}

export interface HostDescription {
  cpu: { model: string; cores: number; threads: number };
  memoryBytes: number;
  os: { platform: string; kernel: string; arch: string };
}

/** `absent`: no driver. `broken`: there is one, and it does not work. The GPUs are those that can be given to containers. */
export type GpuReading =
  | { state: 'ok'; gpus: Gpu[]; driver: string | null }
  | { state: 'absent' }
  | { state: 'broken'; problem: string; fix: string };

/** A graphics card or accelerator on the bus, whether or not anything can use it. */
export interface PciGraphics {
  vendor: 'NVIDIA' | 'AMD' | 'Intel';
  address: string;
  /** vendor:device, as lspci -n shows it. */
  id: string;
}
