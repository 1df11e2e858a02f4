import { readFile, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { run } from './run.ts';

export interface Postmaster {
  pid: number;
  port: number;
  ready: boolean;
}

/** Above every kernel's limit for a pid, hence never alive. */
const DEAD_PID = 2_147_483_000;

/**
 * The server that runs in `cluster`, from its postmaster.pid; undefined when none does. A file left by a power cut may
 * name a pid that something else has by now, which would keep PostgreSQL from starting: such a file is given a dead
 * pid. It is not deleted, for its shared memory key still tells PostgreSQL of orphaned backends.
 */
export async function findPostmaster(cluster: string, pidFile: string): Promise<Postmaster | undefined> {
  const text = await readFile(pidFile, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const lines = text.split('\n').map((line) => line.trim());
  const pid = Math.abs(Number(lines[0]));
  if (!Number.isSafeInteger(pid) || pid === 0 || !isAlive(pid)) return undefined;
  const command = await commandOf(pid);
  if (command !== undefined && !(command.includes('postgres') && command.includes(cluster))) {
    await writeFile(pidFile, text.replace(/^.*$/m, String(DEAD_PID)));
    return undefined;
  }
  return { pid, port: Number(lines[3] ?? 0), ready: lines[7] === 'ready' };
}

/** Fast shutdown (SIGINT: sessions are ended, everything is flushed), then immediate, then by force. */
export async function stopPostmaster(pid: number): Promise<void> {
  const steps = [
    ['SIGINT', 15_000],
    ['SIGQUIT', 5_000],
    ['SIGKILL', 5_000],
  ] as const;
  for (const [signal, waitMs] of steps) {
    if (!sendSignal(pid, signal)) return;
    if (await waitUntilGone(pid, waitMs)) return;
  }
}

export async function waitUntilGone(pid: number, waitMs: number): Promise<boolean> {
  for (const end = Date.now() + waitMs; Date.now() < end;) {
    if (!isAlive(pid)) return true;
    await sleep(20);
  }
  return !isAlive(pid);
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function sendSignal(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

async function commandOf(pid: number): Promise<string | undefined> {
  try {
    return (await readFile(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ');
  } catch {
    return process.platform === 'win32' ? undefined : run('ps', ['-o', 'command=', '-p', String(pid)]).catch(() => undefined);
  }
}
