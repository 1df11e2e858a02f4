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
  /** NVIDIA's GPUs as they are now, and how busy: one look, which takes the driver's program up to a second. */
  gpus(): Promise<GpuReading>;
  graphics(): Promise<PciGraphics[]>;
  /** Of the NVIDIA container toolkit; null when it is not on this machine. */
  toolkitVersion(): Promise<string | null>;
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

/** `absent`: no driver. `broken`: there is one, and it does not work. */
export type GpuReading =
  | {
      state: 'ok';
      driver: string | null;
      /** Those that can be given to containers. */
      gpus: Gpu[];
      /** Those that cannot, although the driver knows of them. */
      troubled: GpuTrouble[];
      /** Where on the bus the driver's GPUs sit, as the kernel writes it. */
      addresses: string[];
      /** Of whole GPUs, and of slices. */
      usage: GpuUsage[];
    }
  | { state: 'absent' }
  | { state: 'broken'; problem: string; fix: string };

/** A GPU that the driver knows of and that nothing can run on, in the driver's words. */
export interface GpuTrouble {
  /** Null for one that has fallen off the bus: it has no name any more. */
  uuid: string | null;
  address: string | null;
  model: string | null;
  problem: string;
  fix: string;
}

/** A graphics card or accelerator on the bus, whether or not anything can use it. */
export interface PciGraphics {
  /** The maker's name, or its id where it is not a known one. */
  vendor: string;
  address: string;
  /** vendor:device, as lspci -n shows it. */
  id: string;
  /** Part of the processor: no card, and nothing that anybody would miss. */
  isIntegrated: boolean;
  /** The kernel's driver that has it, such as nvidia, nouveau or vfio-pci. */
  driver: string | null;
}
