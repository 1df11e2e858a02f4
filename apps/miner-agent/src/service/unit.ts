/** What the unit must know of this machine. */
export interface UnitOptions {
  /** bin/muster-miner, absolute. */
  program: string;
  /** Where node is: a service has a path of its own. */
  nodeDirectory: string;
  configFile: string;
  dataDir: string;
  /** Null: root, with nothing of root but what the network fence needs. */
  user: string | null;
}

export const UNIT_NAME = 'muster-miner.service';

/**
 * The network fence makes firewall rules, and tries them out from a namespace of its own. The fourth is what lets root into a home directory
 * that is closed to others: mostly the clone, the settings and the keys are in one.
 */
const OF_ROOT = ['CAP_NET_ADMIN', 'CAP_NET_RAW', 'CAP_SYS_ADMIN', 'CAP_DAC_OVERRIDE'];

/** A systemd unit that may write to its data directory and speak to the engine, and hardly anything else (docs/adr/0078). Pure. */
export function renderUnit({ program, nodeDirectory, configFile, dataDir, user }: UnitOptions): string {
  const identity =
    user === null
      ? [`CapabilityBoundingSet=${OF_ROOT.join(' ')}`]
      : [`User=${user}`, 'SupplementaryGroups=docker', 'CapabilityBoundingSet='];
  // What root's commands wrote there, or the service when it was root's, must be that user's.
  const before = user === null ? [] : [`ExecStartPre=+chown -RH ${user}: ${argument(dataDir)}`];
  // Only the fence makes namespaces and mounts; without it not even those.
  const kernel =
    user === null
      ? ['RestrictNamespaces=net mnt', 'SystemCallFilter=@system-service @mount', `ReadWritePaths=${quoted(dataDir)} /run`]
      : ['RestrictNamespaces=yes', 'SystemCallFilter=@system-service', `ReadWritePaths=${quoted(dataDir)}`];
  return `${[
    '[Unit]',
    'Description=Muster miner agent',
    'Wants=network-online.target',
    'After=network-online.target docker.service',
    '',
    '[Service]',
    ...before,
    `ExecStart=${argument(program)} start --config ${argument(configFile)} --data-dir ${argument(dataDir)}`,
    'ExecReload=kill -HUP $MAINPID',
    `Environment=${quoted(`PATH=${nodeDirectory}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`)}`,
    'Environment=MUSTER_LOG_FORMAT=json',
    '# An agent that has ended in order has no part in the run any more, and must not ask for one again by itself.',
    'Restart=on-failure',
    'RestartSec=5',
    '# Neither a wrong setting nor a refusal for good is put right by trying again.',
    'RestartPreventExitStatus=2 3',
    '# Containers run on: they belong to the engine, and the next start finds them.',
    'KillMode=mixed',
    'TimeoutStopSec=90',
    'LimitNOFILE=65536',
    'UMask=0077',
    '',
    ...identity,
    'NoNewPrivileges=yes',
    'ProtectSystem=strict',
    'ProtectHome=read-only',
    'PrivateTmp=yes',
    'ProtectClock=yes',
    'ProtectControlGroups=yes',
    'ProtectHostname=yes',
    'ProtectKernelLogs=yes',
    'ProtectKernelModules=yes',
    'ProtectKernelTunables=yes',
    'LockPersonality=yes',
    'RestrictRealtime=yes',
    'RestrictSUIDSGID=yes',
    'RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK',
    'SystemCallArchitectures=native',
    'SystemCallErrorNumber=EPERM',
    ...kernel,
    '',
    '[Install]',
    'WantedBy=multi-user.target',
  ].join('\n')}\n`;
}

/** Whether it is the service of an agent on this data directory. Pure. */
export const servesData = (unit: string, dataDir: string): boolean =>
  unit.split('\n').some((line) => line.startsWith('ExecStart=') && line.endsWith(` --data-dir ${argument(dataDir)}`));

/** In a command, $ is a variable besides. */
const argument = (path: string): string => quoted(path).replaceAll('$', '$$$$');

/** systemd splits at spaces, and takes % for a specifier. */
function quoted(path: string): string {
  const escaped = path.replaceAll('%', '%%');
  return /[\s"'\\]/.test(escaped) ? `"${escaped.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"` : escaped;
}
