import type { GpuAccess } from '../ports/container-runtime.ts';

/** What this machine can and must add to every container, found out by trying. */
export interface IsolationTerms {
  /** The engine's name of the runtime that the owner has configured; null for the engine's default. */
  runtime: string | null;
  /** The engine's storage holds a container's own files to a size. */
  layerQuota: boolean;
  /** Public resolvers for containers with a network: never those of the owner's network. */
  dns: readonly string[];
  /** How the engine gives out GPUs; null when it cannot, or when none is asked for. */
  gpuAccess: GpuAccess | null;
  /** The kernel has IPv6, and the fence lets none of it pass. */
  disableIpv6: boolean;
}
