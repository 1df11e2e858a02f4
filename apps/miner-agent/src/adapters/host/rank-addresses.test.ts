import type { NetworkInterfaceInfo } from 'node:os';
import { expect, it } from 'vitest';
import { rankAddresses } from './rank-addresses.ts';

function at(address: string): NetworkInterfaceInfo {
  const common = { address, mac: '00:00:00:00:00:00', internal: address === '127.0.0.1' || address === '::1', cidr: null };
  return address.includes(':')
    ? { ...common, family: 'IPv6', netmask: 'ffff:ffff:ffff:ffff::', scopeid: 0 }
    : { ...common, family: 'IPv4', netmask: '255.255.255.0' };
}

it('puts public before private, IPv4 before IPv6 and real interfaces before virtual ones', () => {
  const ranked = rankAddresses({
    lo: [at('127.0.0.1'), at('::1')],
    docker0: [at('172.17.0.1')],
    wg0: [at('fd00::7')],
    eth0: [at('10.0.0.5'), at('2606:4700::5'), at('fe80::1')],
    eth1: [at('8.8.8.8')],
  });
  expect(ranked).toEqual(['8.8.8.8', '2606:4700::5', '10.0.0.5', 'fd00::7', '172.17.0.1']);
});

it('keeps to the order of the system among equals, and names each once', () => {
  expect(rankAddresses({ eth1: [at('10.0.1.1')], eth0: [at('10.0.0.1'), at('10.0.1.1')] })).toEqual(['10.0.1.1', '10.0.0.1']);
});

it('leaves out what leads nobody here', () => {
  expect(rankAddresses({ lo: [at('127.0.0.1')], eth0: [at('169.254.10.20'), at('fe80::1')], eth1: undefined })).toEqual([]);
});
