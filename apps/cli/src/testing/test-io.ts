import type { Io } from '../io.ts';

/** A command line's surroundings in memory. */
export function createTestIo(given: { env?: Record<string, string>; stdin?: string } = {}) {
  const output = { stdout: '', stderr: '' };
  const io: Io = {
    stdout: (text) => void (output.stdout += text),
    stderr: (text) => void (output.stderr += text),
    readStdin: async () => given.stdin ?? '',
    env: given.env ?? {},
    signal: new AbortController().signal,
    now: Date.now,
  };
  return { io, output };
}
