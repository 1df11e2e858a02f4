import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { root } from '../../scripts/lib/run.mjs';

export type Daemon = 'web' | 'validator' | 'miner-agent';

/** Starts a built daemon with these settings alone and waits for the end that they must bring about by themselves. */
export function endOf(daemon: Daemon, env: Record<string, string>): Promise<{ code: number; output: string }> {
  const options = { cwd: join(root, 'apps', daemon), env: { PATH: process.env['PATH'], ...env }, timeout: 60_000 };
  return new Promise((resolve) => {
    execFile(process.execPath, [join(root, 'apps', daemon, 'dist/main.js')], options, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, output: stdout + stderr });
    });
  });
}
