import { readFile, rm } from 'node:fs/promises';
import { writeFileAtomic } from '@muster/runtime/atomic-file';
import { systemClock } from '@muster/runtime/clock';

const pidFileOf = (statePath: string): string => `${statePath}.pid`;

export const notePid = (statePath: string, pid: number): Promise<void> => writeFileAtomic(pidFileOf(statePath), `${pid}\n`);
export const forgetPid = (statePath: string): Promise<void> => rm(pidFileOf(statePath), { force: true });

/**
 * Waits for an Anvil whose parent was killed to save its state and go, and sees to it: two would write the same state file.
 * Returns whether there was one.
 */
export async function stopSurvivor(statePath: string): Promise<boolean> {
  const pid = Number(await readFile(pidFileOf(statePath), 'utf8').catch(() => ''));
  if (!Number.isInteger(pid) || pid <= 1 || !(await isAnvilOf(pid, statePath))) return false;
  process.kill(pid, 'SIGTERM');
  for (let i = 0; i < 200 && (await isAnvilOf(pid, statePath)); i++) await systemClock.sleep(50);
  if (await isAnvilOf(pid, statePath)) process.kill(pid, 'SIGKILL');
  return true;
}

/** The number may belong to another process by now; only Linux lets us look, elsewhere we leave strangers alone. */
async function isAnvilOf(pid: number, statePath: string): Promise<boolean> {
  const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return commandLine.includes('anvil') && commandLine.split('\0').includes(statePath);
}
