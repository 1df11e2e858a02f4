import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { root } from '../../scripts/lib/run.mjs';
import { minerPath, minerProgram } from '../src/daemons.ts';

export type Daemon = 'web' | 'validator' | 'miner-agent';

/** Starts a built daemon with these settings alone and waits for the end that they must bring about by themselves. */
export function endOf(daemon: Daemon, env: Record<string, string>): Promise<{ code: number; output: string }> {
  const options = { cwd: join(root, 'apps', daemon), env: { PATH: minerPath, ...env }, timeout: 240_000 };
  const [command, args] = daemon === 'miner-agent' ? [minerProgram, []] : [process.execPath, [join(root, 'apps', daemon, 'dist/main.js')]];
  return new Promise((resolve) => {
    execFile(command, args, options, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, output: stdout + stderr });
    });
  });
}
