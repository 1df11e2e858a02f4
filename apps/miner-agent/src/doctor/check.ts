/** One thing that was looked at. A failed `error` keeps the agent from serving; a `warning` does not. */
export interface Check {
  id:
    | 'cpu'
    | 'memory'
    | 'disk'
    | 'gpu'
    | 'gpu-trouble'
    | 'gpu-toolkit'
    | 'gpu-other'
    | 'network'
    | 'docker'
    | 'docker-limits'
    | 'docker-init'
    | 'runc'
    | 'clock'
    | 'data-dir'
    | 'seccomp'
    | 'mandatory-access'
    | 'network-fence'
    | 'vsock'
    | 'disk-limit'
    | 'runtime'
    | 'policy'
    | 'kernel'
    | 'cgroup'
    | 'agent'
    | 'node-key'
    | 'provider-key'
    | 'rpc'
    | 'balance'
    | 'discovery'
    | 'port';
  severity: 'error' | 'warning' | 'info';
  ok: boolean;
  reason: string;
  /** What to do about it; empty when nothing is to be done. */
  fix: string;
}

type Id = Check['id'];

export const passed = (id: Id, reason: string): Check => ({ id, severity: 'info', ok: true, reason, fix: '' });
export const warned = (id: Id, reason: string, fix: string): Check => ({ id, severity: 'warning', ok: false, reason, fix });
export const failed = (id: Id, reason: string, fix: string): Check => ({ id, severity: 'error', ok: false, reason, fix });
