import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The kernel takes about a hundred bytes for the path of a socket; Windows wants a name of its own kind. */
const MAX_PATH_BYTES = 100;

/** Where the running agent listens for the commands of whoever owns its data directory. */
export function controlSocketPath(dataDir: string): string {
  const name = `muster-miner-${createHash('sha256').update(dataDir).digest('hex').slice(0, 24)}`;
  if (process.platform === 'win32') return `\\\\.\\pipe\\${name}`;
  const inside = join(dataDir, 'control.sock');
  return Buffer.byteLength(inside) <= MAX_PATH_BYTES ? inside : join(tmpdir(), `${name}.sock`);
}
