import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pack } from 'tar-stream';
import type { ContainerRuntime, ImageFile } from '../../ports/container-runtime.ts';
import { engineError, messageOf, type Engine } from './engine.ts';

export function createImport(engine: Engine): Pick<ContainerRuntime, 'importImage'> {
  async function importImage(reference: string, files: readonly ImageFile[]): Promise<void> {
    const [repo = reference, tag = 'latest'] = reference.split(':');
    try {
      // The engine answers with its progress; the image is there when it has ended.
      await buffer(Readable.from(await engine.importImage(Readable.from([await archiveOf(files)]), { repo, tag })));
    } catch (error) {
      throw engineError(error, 'IMAGE_PULL_FAILED', `The engine takes no image: ${messageOf(error)}`);
    }
  }
  return { importImage };
}

async function archiveOf(files: readonly ImageFile[]): Promise<Buffer> {
  const archive = pack();
  for (const { path, mode, content } of files) archive.entry({ name: path, mode }, Buffer.from(content));
  archive.finalize();
  return buffer(archive);
}
