import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Folder of packages/db, found from the running file upwards, so that a bundle of apps/web finds the migrations and
 * this package's own dependencies too.
 */
export function packageRoot(): string {
  for (let dir = dirname(fileURLToPath(import.meta.url)); ; dir = dirname(dir)) {
    if (existsSync(join(dir, 'prisma', 'schema.prisma'))) return dir;
    const nested = join(dir, 'packages', 'db');
    if (existsSync(join(nested, 'prisma', 'schema.prisma'))) return nested;
    if (dirname(dir) === dir) throw new Error('packages/db was not found above the running file; run Muster from its own folder');
  }
}

/** Resolves a dependency of packages/db (or, with `via`, a dependency of that dependency) to a file. */
export function resolveDependency(specifier: string, via?: string): string {
  const own = createRequire(join(packageRoot(), 'package.json'));
  return via === undefined ? own.resolve(specifier) : createRequire(own.resolve(via)).resolve(specifier);
}
