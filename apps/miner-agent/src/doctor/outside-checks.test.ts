import { describe, expect, it } from 'vitest';
import { checkBalance, checkCgroup, checkDiscovery, checkKernel, checkPort, checkRpc, type PortReading } from './outside-checks.ts';

const anvil = { chainId: 31337, name: 'Anvil' };
const GWEI = 10n ** 9n;
const purse = (balanceWei: bigint, isRegistered = false) =>
  checkBalance({ payer: { address: '0xabc', balanceWei }, gasPriceWei: GWEI, symbol: 'ETH', isRegistered });

describe('what the agent needs around it', () => {
  it('is an RPC of the right chain; one that is away is waited for', () => {
    expect(checkRpc({ chainId: 31337, latencyMs: 3 }, anvil)).toMatchObject({ ok: true });
    expect(checkRpc({ chainId: 1, latencyMs: 3 }, anvil)).toMatchObject({
      severity: 'error',
      reason: expect.stringContaining('on chain 1, not on 31337'),
    });
    expect(checkRpc({ problem: 'ECONNREFUSED' }, anvil)).toMatchObject({
      severity: 'warning',
      reason: expect.stringContaining('ECONNREFUSED'),
    });
  });

  it('is enough for gas, which keeps a new node out and an old one only from leaving', () => {
    expect(purse(10n ** 18n)).toMatchObject({ ok: true });
    expect(purse(0n)).toMatchObject({ severity: 'error', fix: 'Send at least 0.0003 ETH to it.' });
    expect(purse(0n, true)).toMatchObject({ severity: 'warning' });
    expect(checkBalance({ payer: null, gasPriceWei: GWEI, symbol: 'ETH', isRegistered: false })).toMatchObject({ ok: true });
  });

  it.each<[PortReading, boolean]>([
    ['free', true],
    ['ours', true],
    ['none', true],
    ['taken', false],
    ['refused', false],
  ])('is a port: %s', (reading, ok) => expect(checkPort(reading, { host: '0.0.0.0', port: 7700 }).ok).toBe(ok));

  it('is a discovery that answers, and a kernel that is not too old', () => {
    expect(checkDiscovery(true, 'http://d')).toMatchObject({ ok: true });
    expect(checkDiscovery(false, 'http://d')).toMatchObject({ severity: 'warning' });
    expect(checkDiscovery(null, null)).toMatchObject({ severity: 'warning' });
    expect([checkKernel('5.10.0-18-amd64').ok, checkKernel('4.15').ok, checkKernel('4.4.0').ok, checkKernel('3.10.0').ok]).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect([checkCgroup('2').ok, checkCgroup('1').ok]).toEqual([true, false]);
  });
});
