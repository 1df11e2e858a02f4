/** For a machine shared with everything else: little memory, few processes, nothing listening but loopback. */
const DEFAULTS: Record<string, string> = {
  listen_addresses: '127.0.0.1',
  // No socket file: its path would be limited to about 100 characters, and a data directory's is not.
  unix_socket_directories: '',
  max_connections: '80',
  shared_buffers: '64MB',
  work_mem: '4MB',
  maintenance_work_mem: '32MB',
  max_parallel_workers_per_gather: '0',
  io_method: 'sync',
  jit: 'off',
  // An acknowledged write is on disk; this is the one setting that must not be traded for speed.
  synchronous_commit: 'on',
  // No replica reads this server's log.
  wal_level: 'minimal',
  max_wal_senders: '0',
  min_wal_size: '32MB',
  max_wal_size: '256MB',
  checkpoint_timeout: '10min',
  // A holder that hangs must not block vacuum and locks for ever.
  idle_in_transaction_session_timeout: '60s',
  client_connection_check_interval: '2s',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_min_messages: 'warning',
  log_checkpoints: 'off',
  log_line_prefix: '%m [%p] ',
};

/** Command-line settings rather than postgresql.conf, so that they change with Muster and not with the cluster. */
export function serverArgs(options: { cluster: string; port: number; settings?: Record<string, string> }): string[] {
  const settings = { ...DEFAULTS, port: String(options.port), ...options.settings };
  return ['-D', options.cluster, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
}
