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

/** Administrators' programs are not on everybody's path, nor is what Windows lends to its Linux. */
const environment = () => ({
  PATH: [process.env['PATH'] ?? '', '/usr/sbin', '/sbin', '/usr/lib/wsl/lib'].join(':'),
  LC_ALL: 'C',
});
const NOT_FOUND = 127;
const TIMED_OUT = 124;

/**
 * Runs a program of the system to its end, which learns nothing of the agent's own environment: there may be keys in it; code 127 when it
 * is not installed, as a shell says, 124 when it takes too long, as timeout(1) says. Never throws, and never waits for what a driver in
 * trouble keeps from being killed.
 */
export async function runTool(
  program: string,
  args: readonly string[],
  { input = '', timeoutMs = 10_000 }: ToolOptions = {},
): Promise<ToolResult> {
  const child = spawn(program, args, { env: environment() });
  const output = [child.stdout, child.stderr];
  const texts = output.map((stream) => text(stream).catch(() => ''));
  let timer: NodeJS.Timeout | undefined;
  const ended = new Promise<number>((resolve) => {
    child.once('error', () => resolve(NOT_FOUND));
    child.once('close', (code) => resolve(code ?? 1));
    timer = setTimeout(() => {
      child.kill('SIGKILL');
      child.unref();
      for (const stream of output) stream.destroy();
      resolve(TIMED_OUT);
    }, timeoutMs);
  });
  child.stdin.on('error', () => undefined).end(input);
  const code = await ended;
  clearTimeout(timer);
  const [stdout = '', stderr = ''] = await Promise.all(texts);
  return { code, stdout, stderr };
}

export const isTimedOut = ({ code }: ToolResult): boolean => code === TIMED_OUT;
export const isMissing = ({ code }: ToolResult): boolean => code === NOT_FOUND;
