import { parseTaskSpec } from '@muster/protocol/task-spec/parse-task-spec';
import { describe, expect, it } from 'vitest';
import manifest from '../package.json' with { type: 'json' };
import { runCli } from './cli.ts';
import { EXAMPLE_TASK } from './commands/task-commands.ts';
import { createTestIo } from './testing/test-io.ts';

async function setup(args: string[], env: Record<string, string> = {}) {
  const { io, output } = createTestIo({ env });
  return { exitCode: await runCli(args, io), ...output };
}

describe('runCli', () => {
  it('shows help and version with exit code 0', async () => {
    const help = await setup(['--help']);
    expect(help.exitCode).toBe(0);
    for (const command of ['run', 'task', 'logs', 'nodes', 'snapshots', 'master', 'whoami']) expect(help.stdout).toContain(`  ${command}`);
    expect(await setup(['--version'])).toMatchObject({ exitCode: 0, stdout: `${manifest.version}\n` });
  });

  it('shows a task spec that is one', async () => {
    expect((await setup(['task', 'create', '--help'])).stdout).toContain('image: busybox:1.37');
    expect(parseTaskSpec(EXAMPLE_TASK)).toMatchObject({ ok: true });
  });

  it.each([
    ['an unknown command', ['fly'], /unknown command 'fly'/],
    ['an unknown option', ['run', 'list', '--al'], /unknown option '--al'/],
    ['a missing argument', ['run', 'show'], /missing required argument 'run'[^]*See: muster run show --help/],
    ['a missing option', ['task', 'create', '1'], /-f, --file/],
    ['a run id that is none', ['run', 'show', '0x1'], /"0x1" is not a run id/],
    ['a task id that is none', ['task', 'stop', 'hello'], /"hello" is not the id of a task[^]*muster task list/],
    ['a limit out of range', ['run', 'list', '--limit', '1000'], /--limit takes a number from 1 to 200/],
    [
      'a time to wait that is none',
      ['task', 'stop', '3b241101-e2bb-4255-8caf-4136c566a962', '--timeout', 'soon'],
      /--timeout takes a number/,
    ],
    ['a quorum of none', ['run', 'create', '--quorum', '0'], /--quorum: expected a number from 1 to 255/],
    ['a master that is no address', ['run', 'create', '--master', 'me'], /--master: expected an EVM address/],
    ['a URL that is none', ['master', 'info', '--url', 'here'], /--url takes a URL/],
    ['a key file that is none', ['whoami', '--key-file', '/nowhere/buyer.key'], /no buyer key at \/nowhere\/buyer.key[^]*Name the file/],
    ['a wallet without a key', ['whoami'], /no key was given/],
  ])('refuses %s with exit code 2', async (_title, args, message) => {
    const result = await setup(args);
    expect(result.exitCode).toBe(2);
    expect(result.stderr).toMatch(message);
    expect(result.stdout).toBe('');
  });

  it('points at the wrong part of requirements before it signs anything', async () => {
    const result = await setup(['run', 'create', '--requirements', 'cpu: 2.., memry: 4GB..']);
    expect(result.exitCode).toBe(1);
    expect(result.stderr).toMatch(/REQUIREMENTS_INVALID/);
    expect(result.stderr).toMatch(/\n {10}\^+/);
  });

  it('prints exactly one document for an error, wherever --json stands', async () => {
    for (const args of [
      ['--json', 'fly'],
      ['run', 'show', 'x', '--json'],
    ]) {
      const result = await setup(args);
      expect(JSON.parse(result.stdout)).toMatchObject({ error: { code: 'USAGE', hint: expect.any(String) } });
      expect(result.stderr).toBe('');
    }
  });

  it('names the variable of a wrong setting', async () => {
    const result = await setup(['master', 'info'], { MUSTER_URL: 'nowhere' });
    expect(result).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('MUSTER_URL') });
  });
});
