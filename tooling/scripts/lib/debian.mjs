// Installs a distribution's package where the person may do so; otherwise names the exact line to run.
import { readFileSync } from 'node:fs';
import { run, tail } from './run.mjs';
import { StepError } from './steps.mjs';

/** True as root on Debian or a distribution derived from it. */
export function mayInstall() {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  try {
    return /^ID(_LIKE)?=.*(debian|ubuntu)/m.test(readFileSync('/etc/os-release', 'utf8'));
  } catch {
    return false;
  }
}

export const aptLine = (packages) => `sudo apt-get update && sudo apt-get install -y --no-install-recommends ${packages.join(' ')}`;

/** @param {string[]} packages  @param {string} purpose said to the person before anything is installed */
export async function aptInstall(packages, purpose) {
  if (!mayInstall())
    throw new StepError(`${purpose} is missing, and only root on Debian can have it installed here.`, `Run: ${aptLine(packages)}`);
  console.log(`  ${purpose} is missing: installing ${packages.join(', ')} from the distribution's packages`);
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  const install = () => run('apt-get', ['install', '-y', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=120', ...packages], { env });
  // Package lists may be missing or stale on a fresh machine, so they are read once before giving up.
  let result = await install();
  if (result.code !== 0) {
    await run('apt-get', ['update'], { env });
    result = await install();
  }
  if (result.code !== 0)
    throw new StepError(`Installing ${packages.join(', ')} failed:\n${tail(result.output, 8)}`, `Run: ${aptLine(packages)}`);
}
