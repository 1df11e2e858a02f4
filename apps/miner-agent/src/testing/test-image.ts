import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';

export interface TestBlob {
  bytes: Buffer;
  mediaType: string;
}

export interface TestImage {
  /** Of the manifest: what the registry knows the image by. */
  digest: string;
  manifest: TestBlob;
  config: TestBlob;
  layers: TestBlob[];
}

const DOCKER = 'application/vnd.docker';

export const digestOf = (bytes: Buffer): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/** A layer's tar: files by name. */
export async function tarOf(files: Readonly<Record<string, Buffer | string>>): Promise<Buffer> {
  const archive = pack();
  for (const [name, content] of Object.entries(files)) archive.entry({ name, mode: 0o755, mtime: new Date(0) }, Buffer.from(content));
  archive.finalize();
  return buffer(archive);
}

/** A layer in which a shell and the usual tools run. */
export async function busyboxLayer(): Promise<Buffer> {
  const file = ['/bin/busybox', '/usr/bin/busybox'].find((path) => existsSync(path));
  if (!file) throw new Error('these tests need a static busybox (Debian: busybox-static)');
  const busybox = await readFile(file);
  const archive = pack();
  archive.entry({ name: 'bin/busybox', mode: 0o755, mtime: new Date(0) }, busybox);
  for (const applet of ['sh', 'echo', 'sleep', 'cat'])
    archive.entry({ name: `bin/${applet}`, type: 'symlink', linkname: 'busybox', mtime: new Date(0) });
  archive.finalize();
  return buffer(archive);
}

export interface ImageOptions {
  platform?: { os: string; architecture: string };
  /** What the configuration says of the layers, if not the truth. */
  diffIds?: string[];
  labels?: Record<string, string>;
}

export function imageOf(
  tars: readonly Buffer[],
  { platform = { os: 'linux', architecture: 'amd64' }, diffIds = tars.map((tar) => digestOf(tar)), labels = {} }: ImageOptions = {},
): TestImage {
  const layers = tars.map((tar) => ({ bytes: gzipSync(tar), mediaType: `${DOCKER}.image.rootfs.diff.tar.gzip` }));
  const config = {
    mediaType: `${DOCKER}.container.image.v1+json`,
    bytes: Buffer.from(
      JSON.stringify({
        ...platform,
        config: { Env: ['PATH=/bin'], Labels: labels },
        rootfs: { type: 'layers', diff_ids: diffIds },
      }),
    ),
  };
  const mediaType = `${DOCKER}.distribution.manifest.v2+json`;
  const manifest = {
    mediaType,
    bytes: Buffer.from(
      JSON.stringify({ schemaVersion: 2, mediaType, config: descriptorOf(config), layers: layers.map((layer) => descriptorOf(layer)) }),
    ),
  };
  return { digest: digestOf(manifest.bytes), manifest, config, layers };
}

export function indexOf(images: readonly { platform: { os: string; architecture: string }; image: TestImage }[]): TestBlob {
  const mediaType = 'application/vnd.oci.image.index.v1+json';
  const manifests = images.map(({ platform, image }) => ({ ...descriptorOf(image.manifest), platform }));
  return { mediaType, bytes: Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, manifests })) };
}

const descriptorOf = ({ bytes, mediaType }: TestBlob) => ({ mediaType, size: bytes.length, digest: digestOf(bytes) });
