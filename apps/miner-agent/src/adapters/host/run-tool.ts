import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';

export interface ToolResult {
  code: number;
  stdout: string;
  stderr: string;
}

export interface ToolOptions {
  input?: string;
  timeoutMs?: number;
}

/** Administrators' programs are not on everybody's path. */
const ENV = {
  PATH: [process.env['PATH'] ?? '', '/usr/sbin', '/sbin'].join(':'),
  LC_ALL: 'C',
};
const NOT_FOUND = 127;

/** Runs a program of the system to its end, which learns nothing of the agent's own environment: there may be keys in it; code 127 when it is not installed, as a shell says. Never throws. */
export async function runTool(
  program: string,
  args: readonly string[],
  { input = '', timeoutMs = 10_000 }: ToolOptions = {},
): Promise<ToolResult> {
  const child = spawn(program, args, { env: ENV, timeout: timeoutMs, killSignal: 'SIGKILL' });
  const ended = new Promise<number>((resolve) => {
    child.once('error', () => resolve(NOT_FOUND));
    child.once('close', (code) => resolve(code ?? 1));
  });
  child.stdin.on('error', () => undefined).end(input);
  const [code, stdout, stderr] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  return { code, stdout, stderr };
}

export const isMissing = ({ code }: ToolResult): boolean => code === NOT_FOUND;
