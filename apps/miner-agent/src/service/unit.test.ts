import { describe, expect, it } from 'vitest';
import { renderUnit, servesData, type UnitOptions } from './unit.ts';

const options: UnitOptions = {
  program: '/opt/muster/apps/miner-agent/bin/muster-miner',
  nodeDirectory: '/opt/node/bin',
  configFile: '/var/lib/muster/config.yaml',
  dataDir: '/var/lib/muster',
  user: null,
};

describe('the systemd unit', () => {
  it('keeps of root what the network fence and a closed home need, and may write to its data alone', () => {
    const lines = renderUnit(options).split('\n');
    expect(lines).toEqual(
      expect.arrayContaining([
        'ExecStart=/opt/muster/apps/miner-agent/bin/muster-miner start --config /var/lib/muster/config.yaml --data-dir /var/lib/muster',
        'CapabilityBoundingSet=CAP_NET_ADMIN CAP_NET_RAW CAP_SYS_ADMIN CAP_DAC_OVERRIDE',
        'NoNewPrivileges=yes',
        'ProtectSystem=strict',
        'ReadWritePaths=/var/lib/muster /run',
      ]),
    );
    expect(lines.some((line) => line.startsWith('ExecStartPre='))).toBe(false);
  });

  it('is not started again after an end in order, a wrong setting or a refusal for good', () => {
    const lines = renderUnit(options).split('\n');
    expect(lines).toEqual(expect.arrayContaining(['Restart=on-failure', 'RestartPreventExitStatus=2 3']));
  });

  it('gives a user of its own no capability at all', () => {
    const lines = renderUnit({ ...options, user: 'muster' }).split('\n');
    expect(lines).toEqual(
      expect.arrayContaining([
        'ExecStartPre=+chown -RH muster: /var/lib/muster',
        'User=muster',
        'SupplementaryGroups=docker',
        'CapabilityBoundingSet=',
        'RestrictNamespaces=yes',
      ]),
    );
  });

  it('quotes what systemd would take apart', () => {
    const unit = renderUnit({ ...options, dataDir: '/srv/my data/100%$', nodeDirectory: '/opt/node 20' });
    expect(unit).toContain('--data-dir "/srv/my data/100%%$$"');
    expect(unit).toContain('ReadWritePaths="/srv/my data/100%%$" /run');
    expect(unit).toContain('Environment="PATH=/opt/node 20:/usr/local/sbin:');
  });

  it('is known by the data directory that it serves', () => {
    const unit = renderUnit({ ...options, dataDir: '/srv/my data' });
    expect([servesData(unit, '/srv/my data'), servesData(unit, '/srv/my'), servesData(unit, '/var/lib/muster')]).toEqual([
      true,
      false,
      false,
    ]);
  });
});
