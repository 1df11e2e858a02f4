import { readFileSync } from 'node:fs';

const maxLevels = 6;

/** Name and parent of a process, from the kernel; undefined where there is no /proc or no such process. */
function statOf(pid: number): { name: string; parent: number } | undefined {
  try {
    // `pid (name) state parent …`; the name may hold spaces and brackets, so the rest is read behind the last one.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const end = stat.lastIndexOf(')');
    return { name: stat.slice(stat.indexOf('(') + 1, end), parent: Number(stat.slice(end + 2).split(' ')[1]) };
  } catch {
    return undefined;
  }
}

/** The pids above us up to the `npm` that started everything, or our parent alone when npm did not. */
function ancestors(): string {
  const chain: number[] = [];
  let pid = process.ppid;
  for (let level = 0; level < maxLevels && pid > 1; level += 1) {
    chain.push(pid);
    const stat = statOf(pid);
    if (stat?.name.startsWith('npm')) return chain.join(' ');
    pid = stat?.parent ?? 0;
  }
  return String(process.ppid);
}

/**
 * Calls back once when a process between us and `npm` has gone. A signal sent to `npm` alone never reaches its script, so
 * a network that only listened for signals would outlive the command that started it.
 */
export function onParentGone(callback: () => void): void {
  const atStart = ancestors();
  const timer = setInterval(() => {
    if (ancestors() === atStart) return;
    clearInterval(timer);
    callback();
  }, 1000);
  timer.unref();
}
