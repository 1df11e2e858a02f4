import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { access, readFile } from 'node:fs/promises';
import type Docker from 'dockerode';
import { dockerClient } from '@muster/network/docker-engine';
import { until } from '../faults/lib/until.ts';

export interface Said {
  code: number;
  stdout: string;
  stderr: string;
}

/** A machine with a systemd of its own, that shares this namespace's network. */
export interface Machine {
  /** Its engine, from outside. */
  engine(): { host: string; docker: Docker };
  /** As its root, in a shell of no session. */
  run(command: readonly string[], env?: Record<string, string>): Promise<Said>;
  reboot(): Promise<void>;
  stop(): Promise<void>;
}

export interface MachineOptions {
  root: string;
  /** Folders of this machine to be seen there, read-only. */
  shown: readonly (readonly [here: string, there: string])[];
  logFile: string;
}

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const BOOT_MS = 90_000;

export async function bootMachine({ root, shown, logFile }: MachineOptions): Promise<Machine> {
  const log = openSync(logFile, 'a');
  const args = [
    '--boot',
    `--directory=${root}`,
    '--machine=muster-service',
    '--register=no',
    '--keep-unit',
    '--console=pipe',
    // An engine inside: containers in a container want what a machine's root has.
    '--capability=all',
    '--system-call-filter=@keyring bpf',
    ...shown.map(([here, there]) => `--bind-ro=${here}:${there}`),
  ];
  let life = await boot();

  /** Until its units are up and its engine answers: the process that holds it, and the number that its first process has here. */
  async function boot(): Promise<{ own: ChildProcess; leader: number }> {
    const env = { PATH: process.env['PATH'], SYSTEMD_NSPAWN_API_VFS_WRITABLE: 'network' };
    const own = spawn('systemd-nspawn', args, { stdio: ['ignore', log, log], env });
    const leader = await until(
      'a booted machine',
      async () => {
        if (own.exitCode !== null) throw new Error(`the machine ended:\n${await readFile(logFile, 'utf8')}`);
        const pid = Number((await readFile(`/proc/${own.pid}/task/${own.pid}/children`, 'utf8')).trim().split(' ')[0]);
        if (!(pid > 0)) return false;
        const { stdout } = await runIn(pid, ['systemctl', 'is-system-running']);
        return /running|degraded/.test(stdout) && (await isThere(socketOf(pid))) && pid;
      },
      BOOT_MS,
    );
    return { own, leader };
  }

  /** As by its power switch: systemd ends its services, the engine its containers. */
  async function shutDown(): Promise<void> {
    const { own } = life;
    if (own.exitCode !== null) return;
    const ended = once(own, 'exit');
    own.kill('SIGTERM');
    await ended;
  }

  return {
    engine: () => ({ host: `unix://${socketOf(life.leader)}`, docker: dockerClient(`unix://${socketOf(life.leader)}`) }),
    run: (command, env = {}) => runIn(life.leader, command, env),
    async reboot() {
      await shutDown();
      life = await boot();
    },
    stop: shutDown,
  };
}

const socketOf = (pid: number) => `/proc/${pid}/root/run/docker.sock`;

const isThere = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

function runIn(pid: number, command: readonly string[], env: Record<string, string> = {}): Promise<Said> {
  const inside = ['--target', String(pid), '--all', '--', ...command];
  return new Promise((resolve) => {
    execFile('nsenter', inside, { env: { PATH, HOME: '/root', LANG: 'C.UTF-8', ...env }, timeout: 120_000 }, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, stdout, stderr }),
    );
  });
}
