import { randomUUID } from 'node:crypto';
import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '@muster/protocol/errors/app-error';
import { writeFileAtomic } from '@muster/runtime/atomic-file';
import { ensureDirectory } from '@muster/runtime/ensure-directory';

export interface DataDirLock {
  release(): Promise<void>;
}

/** Two agents in one directory would take each other's containers for their own. Throws DATA_DIR_UNUSABLE. */
export async function lockDataDir(dataDir: string): Promise<DataDirLock> {
  await ensureDirectory(dataDir);
  const file = join(dataDir, 'agent.lock');
  const own = `${process.pid} ${await startTimeOf(process.pid)}`;
  const lock = { release: () => removeOwn(file, own) };
  for (let attempt = 0; attempt < 2; attempt++) {
    if (await tryLock(file, own)) return lock;
    const holder = await readFile(file, 'utf8').catch(ifGone);
    if (holder === null) continue;
    if (await isAlive(holder)) {
      throw new AppError('DATA_DIR_UNUSABLE', {
        publicMessage: `Another agent (process ${holder.split(' ')[0]}) uses ${dataDir}`,
        hint: 'Stop it, or give this one its own MUSTER_DATA_DIR and node key.',
      });
    }
    // Left behind by a crash.
    if (await takeOver(file, own, holder)) return lock;
  }
  throw new AppError('DATA_DIR_UNUSABLE', {
    publicMessage: `${dataDir} cannot be locked: another agent takes it at this moment`,
    hint: 'Start one agent per data directory.',
  });
}

/** With its content at once: nobody may see it empty, and take it for a dead agent's. */
async function tryLock(file: string, own: string): Promise<boolean> {
  const draft = `${file}.${randomUUID()}`;
  await writeFile(draft, own, { mode: 0o600, flag: 'wx' });
  try {
    await link(draft, file);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

/** One at a time, or the second would take what the first has just made for what the dead agent left. */
async function takeOver(file: string, own: string, left: string): Promise<boolean> {
  const turn = `${file}.turn`;
  if (!(await tryLock(turn, own))) {
    const other = await readFile(turn, 'utf8').catch(ifGone);
    if (other !== null && !(await isAlive(other))) await rm(turn, { force: true });
    return false;
  }
  try {
    if ((await readFile(file, 'utf8').catch(ifGone)) !== left) return false;
    await writeFileAtomic(file, own, { mode: 0o600 });
    return true;
  } finally {
    await rm(turn, { force: true });
  }
}

async function removeOwn(file: string, own: string): Promise<void> {
  if ((await readFile(file, 'utf8').catch(ifGone)) === own) await rm(file, { force: true });
}

function ifGone(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null;
  throw error;
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
