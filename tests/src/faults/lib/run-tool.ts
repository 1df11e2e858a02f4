import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** A program of the system, to its end; throws with what it said when it fails. */
export const runTool = async (program: string, args: readonly string[], env: Record<string, string> = {}): Promise<string> =>
  (await execute(program, [...args], { env: { ...process.env, ...env } })).stdout;
