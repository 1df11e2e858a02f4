import { spawn } from 'node:child_process';

/**
 * Runs this program again in network, mount and process namespaces of its own: no port, firewall rule or mount of a case meets another
 * program's, and everything that a case started ends with it, however it ends. Resolves to its exit code.
 */
export function runIsolated(main: string, args: readonly string[], marker: string): Promise<number> {
  const inside = ['sh', '-c', 'ip link set lo up && exec "$0" "$@"', process.execPath, '--import', 'tsx', main, ...args];
  const child = spawn('unshare', ['--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc', '--', ...inside], {
    env: { ...process.env, [marker]: '1' },
    stdio: 'inherit',
  });
  // The terminal signals the whole group; we wait for the end that the inner one comes to.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
}
