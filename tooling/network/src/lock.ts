import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { StepError } from '../../scripts/lib/steps.mjs';

/** Who brought this data directory up, and what it started: enough to clean up after a launcher that was killed. */
interface LockFile {
  pid: number;
  /** The kernel's start time of that process, so that a recycled pid is not taken for it. */
  startTime: string;
  children: { pid: number; startTime: string }[];
}

const pathOf = (dataDir: string) => join(dataDir, 'network.lock.json');

function startTimeOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

function read(dataDir: string): LockFile | undefined {
  try {
    return JSON.parse(readFileSync(pathOf(dataDir), 'utf8')) as LockFile;
  } catch {
    return undefined;
  }
}

const lives = ({ pid, startTime }: { pid: number; startTime: string }) => startTimeOf(pid) === startTime;

/** The pid of the launcher that holds this data directory, if it lives. */
export function runningLauncher(dataDir: string): number | undefined {
  const lock = read(dataDir);
  return lock && lives(lock) ? lock.pid : undefined;
}

export interface NetworkLock {
  add(pid: number | undefined): void;
  release(): void;
}

/** Takes the data directory for this process, after stopping what a killed launcher left behind. */
export function takeLock(dataDir: string): NetworkLock {
  const holder = runningLauncher(dataDir);
  if (holder !== undefined) {
    throw new StepError(
      `This network is already running (process ${holder}).`,
      'Open its URL, or stop it first with Ctrl-C in its terminal.',
    );
  }
  for (const child of read(dataDir)?.children ?? []) if (lives(child)) process.kill(child.pid, 'SIGKILL');
  mkdirSync(dataDir, { recursive: true });
  const lock: LockFile = { pid: process.pid, startTime: startTimeOf(process.pid) ?? '', children: [] };
  const write = () => writeFileSync(pathOf(dataDir), JSON.stringify(lock));
  write();
  return {
    add: (pid) => {
      if (pid === undefined) return;
      lock.children.push({ pid, startTime: startTimeOf(pid) ?? '' });
      write();
    },
    release: () => rmSync(pathOf(dataDir), { force: true }),
  };
}
