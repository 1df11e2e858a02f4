import { spawn, type ChildProcess } from 'node:child_process';

/**
 * Starts a program in network, mount and process namespaces of its own: no port, firewall rule or mount of a case meets another
 * program's, and everything that a case started ends with it, however it ends. The two can send each other messages.
 * `progress`: where its standard output goes, or nowhere.
 */
export function spawnIsolated(main: string, progress: number | 'ignore'): ChildProcess {
  return spawn('unshare', isolated(main), { stdio: ['ignore', progress, 'inherit', 'ipc'] });
}

/** The same to its end, in our place. Resolves to its exit code. */
export function runIsolated(main: string, args: readonly string[], env: Record<string, string>): Promise<number> {
  const child = spawn('unshare', isolated(main, args), { env: { ...process.env, ...env }, stdio: 'inherit' });
  // The terminal signals the whole group; we wait for the end that the inner one comes to.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
}

function isolated(main: string, args: readonly string[] = []): string[] {
  const inside = ['sh', '-c', 'ip link set lo up && exec "$0" "$@"', process.execPath, '--import', 'tsx', main, ...args];
  return ['--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc', '--', ...inside];
}
