import { spawn } from 'node:child_process';

/**
 * Ends `pid` when this process is gone, however it went: a shell of its own group waits on a pipe that closes with us.
 * Returns a function that calls the watch off.
 */
export function endWithUs(pid: number): () => void {
  if (process.platform === 'win32') return () => undefined;
  const watch = spawn('sh', ['-c', 'cat >/dev/null; kill -TERM "$1" 2>/dev/null', 'sh', String(pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  watch.on('error', () => undefined);
  // It must not keep our event loop alive.
  watch.unref();
  return () => {
    if (watch.pid === undefined || watch.exitCode !== null) return;
    try {
      // The group: the shell and its cat.
      process.kill(-watch.pid, 'SIGKILL');
    } catch {
      // It ended meanwhile.
    }
  };
}
