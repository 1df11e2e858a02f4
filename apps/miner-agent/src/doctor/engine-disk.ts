import { access } from 'node:fs/promises';
import type { ContainerRuntime } from '../ports/container-runtime.ts';

/** Where to measure the disk that containers fill: the engine's directory, unless that is on another machine. */
export async function engineDisk(rootDir: string | null, dataDir: string): Promise<string> {
  for (const path of [...(rootDir ? [rootDir] : []), dataDir]) {
    const exists = await access(path).then(
      () => true,
      () => false,
    );
    if (exists) return path;
  }
  return '/';
}

/** The same of a running agent: asked of the engine until it has answered once. */
export function createDiskPath(runtime: Pick<ContainerRuntime, 'info'>, dataDir: string): () => Promise<string> {
  let path: Promise<string> | undefined;
  return () =>
    (path ??= runtime.info().then(
      ({ rootDir }) => engineDisk(rootDir, dataDir),
      () => ((path = undefined), dataDir),
    ));
}
