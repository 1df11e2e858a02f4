// Runs forge's own binary: `node scripts/forge.mjs build`. The package's bin would look for downloads first.
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const contractsDir = fileURLToPath(new URL('..', import.meta.url));

const architectures = { x64: 'amd64', arm64: 'arm64' };

/** The binary of @foundry-rs/forge for this platform. Throws with the package's name when it is not installed. */
export function forgeBinary() {
  const name = `@foundry-rs/forge-${process.platform}-${architectures[process.arch] ?? process.arch}`;
  const forge = createRequire(import.meta.url).resolve('@foundry-rs/forge/package.json');
  const extension = process.platform === 'win32' ? '.exe' : '';
  try {
    return createRequire(forge).resolve(`${name}/bin/forge${extension}`);
  } catch (cause) {
    throw new Error(`${name} is not installed; run the dependency set-up again on this machine`, { cause });
  }
}

/** Runs forge in contracts/; standard error goes through, standard output too unless `capture` is given. */
export function runForge(args, { capture = false, env = process.env } = {}) {
  const child = spawn(forgeBinary(), args, { cwd: contractsDir, env, stdio: ['ignore', capture ? 'pipe' : 'inherit', 'inherit'] });
  const chunks = [];
  child.stdout?.on('data', (chunk) => chunks.push(chunk));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? 1, stdout: Buffer.concat(chunks).toString('utf8') }));
  });
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  process.exitCode = (await runForge(process.argv.slice(2))).code;
}
