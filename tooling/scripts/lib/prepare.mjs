// What every command needs before it can run: pnpm, the dependencies, generated code and, for most, a build.
// Plain JavaScript without dependencies, since it runs before there are any.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { root, run, tail } from './run.mjs';
import { StepError, step } from './steps.mjs';

const pnpm = ['--yes', 'pnpm@12'];
const minimumFreeBytes = 2 * 1024 ** 3;

export function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  throw new StepError(
    `Node ${process.versions.node} is too old: Muster needs 20.19 or newer.`,
    'Install Node 20.19+ (https://nodejs.org) and try again.',
  );
}

async function requireDisk() {
  const { bavail, bsize } = await statfs(root);
  if (bavail * bsize >= minimumFreeBytes) return;
  throw new StepError(
    `Only ${Math.round((bavail * bsize) / 1024 ** 2)} MiB are free on the disk that holds ${root}; set-up needs 2 GiB.`,
    'Free some space (for example `docker system prune`), or clone onto a larger disk.',
  );
}

const stampFile = join(root, 'node_modules', '.muster-install');
const lockDigest = () =>
  createHash('sha256')
    .update(readFileSync(join(root, 'pnpm-lock.yaml')))
    .update(readFileSync(join(root, 'pnpm-workspace.yaml')))
    .update(process.version)
    .digest('hex');

async function installDependencies() {
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === lockDigest()) return 'up to date';
  const { code, output } = await run('npx', [...pnpm, 'install', '--frozen-lockfile'], { env: { CI: 'true' } });
  if (code !== 0) throw new StepError(`pnpm install failed:\n${tail(output)}`, explainInstall(output));
  mkdirSync(join(root, 'node_modules'), { recursive: true });
  writeFileSync(stampFile, lockDigest());
  return 'installed from the lockfile';
}

function explainInstall(output) {
  if (/ENOSPC/.test(output)) return 'The disk is full: free some space and run the command again.';
  if (/ENOTFOUND|ECONNREFUSED|ETIMEDOUT|EAI_AGAIN/.test(output))
    return 'The npm registry cannot be reached: check the network, a proxy or `npm config get registry`.';
  if (/EACCES|EPERM/.test(output)) return `The folder ${root} must be writable by you.`;
  return 'Read the lines above; `rm -rf node_modules` and the same command again starts afresh.';
}

async function generate() {
  const { code, output } = await run(process.execPath, ['packages/db/scripts/generate.mjs']);
  if (code !== 0)
    throw new StepError(
      `Generating the database client failed:\n${tail(output)}`,
      'This is a bug in the schema: run `node packages/db/scripts/generate.mjs` to see all of it.',
    );
}

async function build() {
  const turbo = [...pnpm, 'exec', 'turbo', 'run', 'build', '--output-logs=errors-only'];
  const options = { env: { TURBO_TELEMETRY_DISABLED: '1', NEXT_TELEMETRY_DISABLED: '1', FORCE_COLOR: undefined } };
  // The pnpm that installed is in npm's cache; to look whether there is a newer one takes minutes on a machine without a network.
  let { code, output } = await run('npx', ['--offline', ...turbo], options);
  if (code !== 0 && output.includes('ENOTCACHED')) ({ code, output } = await run('npx', turbo, options));
  if (code !== 0) throw new StepError(`The build failed:\n${tail(output, 60)}`, 'Fix what it names; `npm run build` runs it alone.');
  return / (\d+) cached,/.exec(output)?.[1] ? `${/Cached:\s+(\d+ cached, \d+ total)/.exec(output)?.[1] ?? ''}` : undefined;
}

/** @param {{build?: boolean}} [options] */
export async function prepare({ build: wantsBuild = true } = {}) {
  requireNode();
  await step('disk and Node', requireDisk);
  await step('dependencies', installDependencies);
  await step('generated code', generate);
  if (wantsBuild) await step('build', build);
}
