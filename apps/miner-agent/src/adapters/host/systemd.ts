import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '@muster/protocol/errors/app-error';
import { isMissing, runTool, type ToolResult } from './run-tool.ts';

const UNITS = '/etc/systemd/system';

/** The system's own services. Throws TOOL_MISSING without systemd, FORBIDDEN when it refuses. */
export interface Systemd {
  install(name: string, unit: string): Promise<void>;
  uninstall(name: string): Promise<void>;
  /** As systemd tells it. */
  status(name: string): Promise<string>;
  /** Makes a system user in the group of the engine unless there is one of that name. */
  ensureUser(user: string, home: string): Promise<void>;
}

export function createSystemd(): Systemd {
  return {
    async install(name, unit) {
      await ask(['--version']);
      await writeFile(join(UNITS, name), unit, { mode: 0o644 }).catch((cause: unknown) => {
        throw new AppError('FORBIDDEN', {
          publicMessage: `${join(UNITS, name)} cannot be written`,
          hint: 'Run the command with sudo.',
          cause,
        });
      });
      await ask(['daemon-reload']);
      await ask(['enable', '--now', name]);
    },
    async uninstall(name) {
      await ask(['disable', '--now', name]);
      await rm(join(UNITS, name), { force: true });
      await ask(['daemon-reload']);
    },
    async status(name) {
      const result = await run(['status', '--no-pager', '--lines=5', name]);
      return `${result.stdout}${result.stderr}`.trim();
    },
    async ensureUser(user, home) {
      if ((await runTool('id', ['-u', user])).code === 0) return;
      const made = await runTool('useradd', ['--system', '--home-dir', home, '--shell', '/usr/sbin/nologin', '--groups', 'docker', user]);
      if (made.code !== 0)
        throw new AppError('FORBIDDEN', {
          publicMessage: `The user ${user} cannot be made: ${made.stderr.trim()}`,
          hint: 'Run the command with sudo.',
        });
    },
  };
}

async function run(args: readonly string[]): Promise<ToolResult> {
  const result = await runTool('systemctl', args, { timeoutMs: 60_000 });
  if (!isMissing(result) && !/not been booted with systemd/.test(result.stderr)) return result;
  throw new AppError('TOOL_MISSING', {
    publicMessage: 'This machine does not run systemd',
    hint: '`muster-miner service install --print` writes the unit to standard output; start `muster-miner` by what this machine has instead.',
  });
}

async function ask(args: readonly string[]): Promise<void> {
  const { code, stderr } = await run(args);
  if (code !== 0)
    throw new AppError('FORBIDDEN', {
      publicMessage: `systemctl ${args.join(' ')}: ${stderr.trim().slice(0, 500)}`,
      hint: 'Run the command with sudo, and read `journalctl -u muster-miner`.',
    });
}
