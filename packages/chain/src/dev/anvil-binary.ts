import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const PLATFORMS: Readonly<Record<string, string>> = { linux: 'linux', darwin: 'darwin', win32: 'win32' };
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

/**
 * The native Anvil inside npm's platform package. The package's own `anvil` is a Node wrapper that hides the process from
 * signals. Throws when npm has none for this platform.
 */
export function anvilBinary(platform: string = process.platform, arch: string = process.arch): string {
  const target = `${PLATFORMS[platform] ?? platform}-${ARCHITECTURES[arch] ?? arch}`;
  // The platform package is a dependency of @foundry-rs/anvil, not ours: resolve it from there.
  const wrapper = createRequire(import.meta.url).resolve('@foundry-rs/anvil/package.json');
  const name = `@foundry-rs/anvil-${target}`;
  try {
    const home = dirname(createRequire(wrapper).resolve(`${name}/package.json`));
    const binary = join(home, 'bin', platform === 'win32' ? 'anvil.exe' : 'anvil');
    if (existsSync(binary)) return binary;
  } catch {
    // Falls through to the error below, which says more than a resolution failure.
  }
  throw new Error(`Anvil is not available for ${target}: the npm package ${name} is not installed.`);
}
