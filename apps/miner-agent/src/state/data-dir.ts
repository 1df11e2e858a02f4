import { open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '@muster/protocol/errors/app-error';
import { ensureDirectory } from '@muster/runtime/ensure-directory';

export interface DataDirLock {
  release(): Promise<void>;
}

/** Two agents in one directory would take each other's containers for their own. Throws DATA_DIR_UNUSABLE. */
export async function lockDataDir(dataDir: string): Promise<DataDirLock> {
  await ensureDirectory(dataDir);
  const file = join(dataDir, 'agent.lock');
  for (let attempt = 0; attempt < 2; attempt++) {
    if (await tryLock(file)) return { release: () => rm(file, { force: true }) };
    const holder = await readFile(file, 'utf8').catch(() => '');
    if (await isAlive(holder)) {
      throw new AppError('DATA_DIR_UNUSABLE', {
        publicMessage: `Another agent (process ${holder.split(' ')[0]}) uses ${dataDir}`,
        hint: 'Stop it, or give this one its own MUSTER_DATA_DIR and node key.',
      });
    }
    // Left behind by a crash.
    await rm(file, { force: true });
  }
  throw new AppError('DATA_DIR_UNUSABLE', { publicMessage: `${dataDir} cannot be locked` });
}

async function tryLock(file: string): Promise<boolean> {
  try {
    const handle = await open(file, 'wx', 0o600);
    await handle.writeFile(`${process.pid} ${await startTimeOf(process.pid)}`);
    await handle.close();
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

/** A process id is used again after a reboot; together with its start time it is not. */
async function isAlive(holder: string): Promise<boolean> {
  const [pidText = '', startTime = ''] = holder.split(' ');
  const pid = Number(pidText);
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    // Somebody else's process is there too, and no more the holder than one of ours.
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false;
  }
  return startTime === '' || startTime === (await startTimeOf(pid));
}

/** Clock ticks since boot, from /proc; '' where there is none. */
async function startTimeOf(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}
