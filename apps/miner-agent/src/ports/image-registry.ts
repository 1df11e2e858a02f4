import type { ImageReference } from '@muster/protocol/images/image-reference';

/** A user name with a password or token, for one registry. Held in memory only, and never logged. */
export interface RegistryCredentials {
  username: string;
  password: string;
}

export interface Platform {
  os: string;
  architecture: string;
}

/** A blob by what it must hash to. */
export interface BlobDescriptor {
  digest: string;
  sizeBytes: number;
  mediaType: string;
}

export interface ResolvedImage {
  /** Of what the reference named, an index of several platforms included: the same on every node. */
  digest: string;
  /** Of the image for this platform: `digest` itself unless that is an index. */
  manifestDigest: string;
  config: BlobDescriptor;
  /** From the lowest up. */
  layers: readonly BlobDescriptor[];
  /** Of the unpacked layers, from the lowest up. */
  diffIds: readonly string[];
  configBytes: Uint8Array;
}

/** One repository as one pull sees it: its tokens live and end with it. */
export interface ImageRepository {
  /** Throws IMAGE_NOT_FOUND, IMAGE_PLATFORM_MISMATCH, REGISTRY_AUTH_REQUIRED, REGISTRY_AUTH_DENIED, REGISTRY_RATE_LIMITED or IMAGE_PULL_FAILED. */
  resolve(wanted: string, platform: Platform): Promise<ResolvedImage>;
  /** The blob's bytes from `offset` on; from 0 when the registry does not give parts. Throws as `resolve` does. */
  openBlob(blob: BlobDescriptor, offset: number): Promise<{ offset: number; bytes: AsyncIterable<Uint8Array> }>;
}

/** Where images come from: registries that speak the distribution API. */
export interface ImageRegistry {
  repository(reference: ImageReference, options: { credentials: RegistryCredentials | null; signal: AbortSignal }): ImageRepository;
}
