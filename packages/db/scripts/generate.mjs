// Generates the Prisma client into src/generated/prisma, offline and only when the schema or Prisma changed.
import { createHash } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const require = createRequire(import.meta.url);
const schema = join(root, 'prisma', 'schema.prisma');
const output = join(root, 'src', 'generated', 'prisma');
const stampFile = join(output, '.stamp');

const prismaPackage = require.resolve('prisma/package.json');
const { version, bin } = JSON.parse(readFileSync(prismaPackage, 'utf8'));
const stamp = createHash('sha256').update(version).update('\0').update(readFileSync(schema)).digest('hex');

if (readStamp() === stamp) process.exit(0);

// A stale model file must not outlive its model.
rmSync(output, { recursive: true, force: true });
const run = spawnSync(
  process.execPath,
  [join(dirname(prismaPackage), typeof bin === 'string' ? bin : bin.prisma), 'generate', '--schema', schema, '--no-hints'],
  {
    cwd: root,
    encoding: 'utf8',
    // `generate` fetches the schema engine's binary although it never runs it; naming any existing file stops that.
    env: { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, CHECKPOINT_DISABLE: '1', PRISMA_HIDE_UPDATE_MESSAGE: '1' },
  },
);
if (run.status !== 0) {
  process.stderr.write(`${run.stdout ?? ''}${run.stderr ?? ''}`);
  console.error('prisma generate failed: check packages/db/prisma/schema.prisma');
  process.exit(1);
}
writeFileSync(stampFile, stamp);

function readStamp() {
  try {
    return readFileSync(stampFile, 'utf8');
  } catch {
    return undefined;
  }
}
