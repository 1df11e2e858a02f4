import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '@muster/protocol/errors/app-error';
import { isMissing, runTool, type ToolResult } from './run-tool.ts';

const UNITS = '/etc/systemd/system';

/** The system's own services. Throws TOOL_MISSING without systemd, FORBIDDEN when it refuses. */
export interface Systemd {
  /** Writes the unit, has it start with the machine, and starts it, anew if it runs. */
  install(name: string, unit: string): Promise<void>;
  /** Throws NOT_FOUND as well. */
  uninstall(name: string): Promise<void>;
  /** As systemd tells it. Throws NOT_FOUND as well. */
  status(name: string): Promise<string>;
  /** Down: it has ended, or waits to be started once more because it did. */
  isDown(name: string): Promise<boolean>;
  /** What it and systemd have said of its last life, oldest first. */
  lastLines(name: string): Promise<string[]>;
  /** The unit's text; null when there is none, or no systemd. Never throws. */
  read(name: string): Promise<string | null>;
  /** It does not start with the machine any more; what runs goes on. */
  disable(name: string): Promise<void>;
  /** Makes a system user in the group of the engine unless there is one of that name. */
  ensureUser(user: string, home: string): Promise<void>;
}

export function createSystemd(): Systemd {
  const read = (name: string) => readFile(join(UNITS, name), 'utf8').catch(() => null);
  return {
    async install(name, unit) {
      await requireSystemd();
      await writeFile(join(UNITS, name), unit, { mode: 0o644 }).catch((cause: unknown) => {
        throw new AppError('FORBIDDEN', {
          publicMessage: `${join(UNITS, name)} cannot be written`,
          hint: 'Run the command with sudo.',
          cause,
        });
      });
      await ask(['daemon-reload']);
      await ask(['enable', name]);
      await ask(['restart', name]);
    },
    async uninstall(name) {
      await requireInstalled(name);
      await ask(['disable', '--now', name]);
      await rm(join(UNITS, name), { force: true });
      await ask(['daemon-reload']);
    },
    async status(name) {
      await requireInstalled(name);
      const result = await run(['status', '--no-pager', '--lines=5', name]);
      return `${result.stdout}${result.stderr}`.trim();
    },
    async isDown(name) {
      const { stdout } = await run(['show', '--property=ActiveState,SubState', name]);
      return /ActiveState=(failed|inactive)|SubState=auto-restart/.test(stdout);
    },
    async lastLines(name) {
      const life = (await run(['show', '--property=InvocationID', '--value', name])).stdout.trim();
      const saidInIt = [`_SYSTEMD_INVOCATION_ID=${life}`, '+', `INVOCATION_ID=${life}`];
      const { stdout } = await runTool('journalctl', ['--no-pager', '--output=cat', '--lines=20', ...saidInIt]);
      return stdout.split('\n').filter(Boolean);
    },
    read,
    disable: (name) => ask(['disable', name]),
    async ensureUser(user, home) {
      if ((await runTool('id', ['-u', user])).code === 0) return;
      const made = await runTool('useradd', ['--system', '--home-dir', home, '--shell', '/usr/sbin/nologin', '--groups', 'docker', user]);
      if (made.code !== 0)
        throw new AppError('FORBIDDEN', {
          publicMessage: `The user ${user} cannot be made: ${made.stderr.trim()}`,
          hint: 'Run the command with sudo; the group docker comes with the Docker Engine.',
        });
    },
  };

  async function requireInstalled(name: string): Promise<void> {
    await requireSystemd();
    if ((await read(name)) !== null) return;
    throw new AppError('NOT_FOUND', {
      publicMessage: `No ${name} is installed here`,
      hint: '`sudo muster-miner service install` installs it.',
    });
  }
}

async function run(args: readonly string[]): Promise<ToolResult> {
  const result = await runTool('systemctl', args, { timeoutMs: 120_000 });
  if (!isMissing(result) && !/not been booted with systemd/.test(result.stderr)) return result;
  throw new AppError('TOOL_MISSING', {
    publicMessage: 'This machine does not run systemd',
    hint: '`muster-miner service install --print` writes the unit to standard output; start `muster-miner` by what this machine has instead.',
  });
}

/** systemctl may be there, and systemd not: in a container, or beside another init. */
const requireSystemd = (): Promise<ToolResult> => run(['show', '--property=Version']);

async function ask(args: readonly string[]): Promise<void> {
  const { code, stderr } = await run(args);
  if (code !== 0)
    throw new AppError('FORBIDDEN', {
      publicMessage: `systemctl ${args.join(' ')}: ${stderr.trim().slice(0, 500)}`,
      hint: 'Run the command with sudo, and read `journalctl -u muster-miner`.',
    });
}
