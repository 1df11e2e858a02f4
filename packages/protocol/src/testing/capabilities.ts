import type { CapabilityDocument } from '../capabilities.ts';

/** A machine for tests of any package. */
export const CAPABILITIES: CapabilityDocument = {
  version: 1,
  cpu: { model: 'Test CPU', cores: 4, threads: 8 },
  memoryBytes: 16_000_000_000,
  diskBytes: 100_000_000_000,
  gpus: [],
  os: { platform: 'linux', kernel: '6.1', arch: 'x64' },
  docker: { version: '20.10' },
  agent: { version: '0.1.0' },
};
