import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { runCli } from './cli.ts';
import { createTestIo } from './testing/test-io.ts';

/** What bash would offer for the last of these words, by the script that the program prints. */
async function offered(...words: string[]): Promise<string[]> {
  const { io, output } = createTestIo();
  expect(await runCli(['completion', 'bash'], io)).toBe(0);
  const line = ['muster', ...words];
  const program = `${output.stdout}\nCOMP_WORDS=("$@"); COMP_CWORD=$(( $# - 1 )); _muster; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout } = await promisify(execFile)('bash', ['--norc', '-c', program, 'bash', ...line]);
  return stdout.split('\n').filter((word) => word !== '');
}

describe('completion in a real bash', () => {
  it('offers the commands, then those below one, then its options and those of all', async () => {
    expect(await offered('')).toEqual(expect.arrayContaining(['run', 'task', 'logs', 'completion', '--json']));
    expect(await offered('task', 's')).toEqual(['seal', 'show', 'stop', 'sync']);
    expect(await offered('task', 'create', '--')).toEqual(
      expect.arrayContaining(['--file', '--registry-auth', '--wait', '--key-file', '--help']),
    );
    expect(await offered('run', '--j')).toEqual(['--json']);
  });

  it('finds its place past options and arguments, and leaves values to file names', async () => {
    expect(await offered('--url', 'http://127.0.0.1:3000', 'run', 'c')).toEqual(['create', 'close']);
    expect(await offered('task', 'seal', '3b241101-e2bb-4255-8caf-4136c566a962', '--registry')).toEqual(['--registry-auth', '--registry']);
    expect(await offered('task', 'create', '--file', '')).toEqual([]);
  });

  it('registers itself for the command', async () => {
    const { io, output } = createTestIo();
    await runCli(['completion', 'bash'], io);
    const { stdout } = await promisify(execFile)('bash', ['--norc', '-c', `${output.stdout}\ncomplete -p muster`]);
    expect(stdout.trim()).toBe('complete -o default -F _muster muster');
  });
});
