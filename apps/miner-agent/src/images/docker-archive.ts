import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { pack, type Pack } from 'tar-stream';
import type { ResolvedImage } from '../ports/image-registry.ts';

const hexOf = (digest: string): string => digest.slice(digest.indexOf(':') + 1);

export interface ArchiveInput {
  image: ResolvedImage;
  tag: string;
  /** The file of a layer; null for one that the engine has already. */
  layerFile: (index: number) => string | null;
}

/** The image in the form that `docker load` reads. Ends with the error when a file cannot be read. */
export async function* dockerArchive(input: ArchiveInput): AsyncGenerator<Uint8Array> {
  const archive = pack();
  const writing = write(archive, input).then(
    () => archive.finalize(),
    (error: unknown) => archive.destroy(error instanceof Error ? error : new Error(String(error))),
  );
  try {
    for await (const piece of archive) if (piece instanceof Uint8Array) yield piece;
    await writing;
  } finally {
    archive.destroy();
  }
}

async function write(archive: Pack, { image, tag, layerFile }: ArchiveInput): Promise<void> {
  const config = `${hexOf(image.config.digest)}.json`;
  // By its place: one layer may occur twice.
  const layers = image.layers.map(({ digest }, index) => `${index}-${hexOf(digest)}.tar`);
  archive.entry({ name: config }, Buffer.from(image.configBytes));
  archive.entry({ name: 'manifest.json' }, JSON.stringify([{ Config: config, RepoTags: [tag], Layers: layers }]));
  for (const [index, name] of layers.entries()) {
    const file = layerFile(index);
    if (file === null) continue;
    const { size } = await stat(file);
    await pipeline(createReadStream(file), archive.entry({ name, size }));
  }
}
