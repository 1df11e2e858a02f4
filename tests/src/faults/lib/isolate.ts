import { spawn, type ChildProcess } from 'node:child_process';

/**
 * Starts a program in network, mount and process namespaces of its own: no port, firewall rule or mount of a case meets another
 * program's, and everything that a case started ends with it, however it ends. The two can send each other messages.
 * `progress`: where its standard output goes, or nowhere.
 */
export function spawnIsolated(main: string, progress: number | 'ignore'): ChildProcess {
  const inside = ['sh', '-c', 'ip link set lo up && exec "$0" "$@"', process.execPath, '--import', 'tsx', main];
  return spawn('unshare', ['--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc', '--', ...inside], {
    stdio: ['ignore', progress, 'inherit', 'ipc'],
  });
}
