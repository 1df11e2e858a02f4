import { access } from 'node:fs/promises';

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
