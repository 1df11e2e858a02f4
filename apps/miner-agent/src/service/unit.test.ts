import { describe, expect, it } from 'vitest';
import { renderUnit, type UnitOptions } from './unit.ts';

const options: UnitOptions = {
  program: '/opt/muster/apps/miner-agent/bin/muster-miner',
  nodeDirectory: '/opt/node/bin',
  configFile: '/var/lib/muster/config.yaml',
  dataDir: '/var/lib/muster',
  user: null,
};

describe('the systemd unit', () => {
  it('keeps of root what the network fence needs, and may write to its data alone', () => {
    const lines = renderUnit(options).split('\n');
    expect(lines).toEqual(
      expect.arrayContaining([
        'ExecStart=/opt/muster/apps/miner-agent/bin/muster-miner start --config /var/lib/muster/config.yaml --data-dir /var/lib/muster',
        'CapabilityBoundingSet=CAP_NET_ADMIN CAP_NET_RAW CAP_SYS_ADMIN',
        'NoNewPrivileges=yes',
        'ProtectSystem=strict',
        'ReadWritePaths=/var/lib/muster /run',
        'Restart=always',
        'RestartPreventExitStatus=2',
      ]),
    );
  });

  it('gives a user of its own no capability at all', () => {
    const lines = renderUnit({ ...options, user: 'muster' }).split('\n');
    expect(lines).toEqual(
      expect.arrayContaining(['User=muster', 'SupplementaryGroups=docker', 'CapabilityBoundingSet=', 'RestrictNamespaces=yes']),
    );
  });

  it('quotes what systemd would take apart', () => {
    const unit = renderUnit({ ...options, dataDir: '/srv/my data/100%' });
    expect(unit).toContain('--data-dir "/srv/my data/100%%"');
    expect(unit).toContain('ReadWritePaths="/srv/my data/100%%" /run');
  });
});
