import { digestPattern } from '@muster/protocol/images/image-reference';
import { z } from 'zod';
import type { BlobDescriptor, Platform } from '../../ports/image-registry.ts';

// Both families, of Docker and of the OCI, have the same form; media types only tell an index from an image.
const digest = z.string().regex(digestPattern);
const descriptor = z.object({ mediaType: z.string().max(256), size: z.int().nonnegative(), digest });
const indexSchema = z.object({
  schemaVersion: z.literal(2),
  manifests: z
    .array(
      descriptor.extend({
        platform: z.object({ os: z.string(), architecture: z.string(), variant: z.string().optional() }).optional(),
      }),
    )
    .max(1000),
});
const imageSchema = z.object({ schemaVersion: z.literal(2), config: descriptor, layers: z.array(descriptor).max(500) });
const configSchema = z.object({
  os: z.string().default('linux'),
  architecture: z.string(),
  config: z.unknown(),
  rootfs: z.object({ type: z.literal('layers'), diff_ids: z.array(digest) }),
});

export const MANIFEST_TYPES = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
] as const;

export type Manifest =
  | { kind: 'index'; manifests: readonly { descriptor: BlobDescriptor; platform: Platform | null }[] }
  | { kind: 'image'; config: BlobDescriptor; layers: readonly BlobDescriptor[] };

/** Null for what is neither an index nor an image, such as a manifest of the first schema. */
export function parseManifest(value: unknown): Manifest | null {
  const index = indexSchema.safeParse(value);
  if (index.success) {
    const manifests = index.data.manifests.map(({ platform, ...rest }) => ({ descriptor: toBlob(rest), platform: platform ?? null }));
    return { kind: 'index', manifests };
  }
  const image = imageSchema.safeParse(value);
  return image.success ? { kind: 'image', config: toBlob(image.data.config), layers: image.data.layers.map(toBlob) } : null;
}

export interface ImageConfig extends Platform {
  diffIds: readonly string[];
  /** Of what every container of it gets: environment, labels and the like, as text. */
  runChars: number;
}

export function parseConfig(value: unknown): ImageConfig | null {
  const parsed = configSchema.safeParse(value);
  if (!parsed.success) return null;
  const { os, architecture, config, rootfs } = parsed.data;
  return { os, architecture, diffIds: rootfs.diff_ids, runChars: JSON.stringify(config ?? null).length };
}

export const isPlatform = (a: Platform, b: Platform): boolean => a.os === b.os && a.architecture === b.architecture;

const toBlob = ({ mediaType, size, digest: of }: z.infer<typeof descriptor>): BlobDescriptor => ({
  mediaType,
  sizeBytes: size,
  digest: of,
});
