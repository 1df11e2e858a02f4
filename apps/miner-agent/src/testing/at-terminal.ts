import { spawn } from 'node:child_process';
import { onTestFinished } from 'vitest';
import { waitFor } from './test-docker.ts';

/** A command with a person at a terminal: what is printed, and what is typed. */
export interface AtTerminal {
  output(): string;
  /** Resolves once this has been printed. */
  untilPrinted(text: RegExp): Promise<void>;
  type(text: string): void;
  /** The exit code. */
  ended: Promise<number>;
}

export const CTRL_C = '\u0003';
export const CTRL_D = '\u0004';

/** On a pseudo-terminal of util-linux's `script`, which every Debian has; ends with the test at the latest. */
export function atTerminal(command: readonly string[], env: Record<string, string | undefined>): AtTerminal {
  const quoted = command.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
  const child = spawn('script', ['--quiet', '--return', '--flush', '--command', `exec ${quoted}`, '/dev/null'], {
    env: { ...env, TERM: 'dumb', SHELL: '/bin/sh' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  // Who has ended reads no more; what it said and its exit code tell why.
  child.stdin.on('error', () => undefined);
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text.replaceAll('\r', '')));
  return {
    output: () => output,
    untilPrinted: (text) => waitFor(() => text.test(output)).then(() => undefined),
    type: (text) => void child.stdin.write(text),
    ended: new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => resolve(code ?? -1));
    }),
  };
}
