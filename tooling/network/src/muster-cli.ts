import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { root } from '../../scripts/lib/run.mjs';

/** A refusal of the `muster` command line: the code and hint that a buyer would read. */
export class CliError extends Error {
  readonly code: string;
  constructor(args: string[], code: string, message: string) {
    super(`muster ${args.join(' ')}: ${code}: ${message}`);
    this.name = 'CliError';
    this.code = code;
  }
}

/** The buyer's command line as a program of its own, with `--json`. */
export interface MusterCli {
  run<T = unknown>(args: string[], options?: { stdin?: string; timeoutMs?: number }): Promise<T>;
  /** The whole of standard output, for commands that print a line per item. */
  lines(args: string[], options?: { timeoutMs?: number }): Promise<string[]>;
}

export function createMusterCli({ url, key, stateDir }: { url: string; key: string; stateDir: string }): MusterCli {
  const env = {
    PATH: process.env['PATH'],
    HOME: stateDir,
    XDG_STATE_HOME: stateDir,
    MUSTER_URL: url,
    MUSTER_KEY: key,
  };
  const execute = (args: string[], { stdin, timeoutMs = 240_000 }: { stdin?: string; timeoutMs?: number } = {}) =>
    new Promise<string>((resolve, reject) => {
      const child = spawn(process.execPath, [join(root, 'apps/cli/dist/main.js'), ...args, '--json'], { env, timeout: timeoutMs });
      let stdout = '';
      let stderr = '';
      child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
      child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
      child.stdin.end(stdin ?? '');
      child.on('error', reject);
      child.on('close', (code, signal) => {
        if (code === 0) resolve(stdout);
        else reject(toError(args, stdout || stderr, signal ?? code));
      });
    });
  return {
    run: async <T>(args: string[], options?: { stdin?: string; timeoutMs?: number }) => JSON.parse(await execute(args, options)) as T,
    lines: async (args, options) => (await execute(args, options)).split('\n').filter(Boolean),
  };
}

function toError(args: string[], output: string, ending: string | number | null): CliError {
  try {
    const { error } = JSON.parse(output) as { error: { code: string; message: string } };
    return new CliError(args, error.code, error.message);
  } catch {
    return new CliError(args, `ended with ${ending}`, output.trim().split('\n').slice(-5).join('\n'));
  }
}
