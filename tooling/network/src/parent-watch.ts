import { readFileSync } from 'node:fs';

/** Parent process ids from ours upwards: our parent, and the `npm` that started the shell that started it. */
function ancestors(): string {
  const parent = process.ppid;
  try {
    // `pid (name) state ppid …`; the name may hold spaces and brackets, so we read behind the last one.
    const stat = readFileSync(`/proc/${parent}/stat`, 'utf8');
    return `${parent} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]}`;
  } catch {
    return String(parent);
  }
}

/**
 * Calls back once when a process above us has gone. A signal sent to `npm` alone never reaches its script, so a
 * network that only listened for signals would outlive the command that started it.
 */
export function onParentGone(callback: () => void): () => void {
  const atStart = ancestors();
  const timer = setInterval(() => {
    if (ancestors() === atStart) return;
    clearInterval(timer);
    callback();
  }, 1000);
  timer.unref();
  return () => clearInterval(timer);
}
