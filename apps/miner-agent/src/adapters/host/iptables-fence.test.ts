import type { NetworkInterfaceInfo } from 'node:os';
import { expect, it } from 'vitest';
import { ownNetworks } from './iptables-fence.ts';

const at = (cidr: string, internal = false): NetworkInterfaceInfo => ({
  address: cidr.split('/')[0] ?? '',
  cidr,
  internal,
  netmask: '',
  mac: '',
  family: 'IPv4',
});

it("denies the networks that the machine is on, its neighbours' public addresses too, and not those of its own containers", () => {
  const interfaces = {
    lo: [at('127.0.0.1/8', true)],
    eth0: [at('93.184.216.34/24'), at('93.184.216.35/24')],
    wg0: [at('51.15.0.7/20')],
    vpn0: [at('93.0.0.1/0')],
    mu5fbdb2abcdef0: [at('8.8.8.1/28')],
  };
  expect(ownNetworks('mu5fbdb2', interfaces)).toEqual(['93.184.216.0/24', '51.15.0.0/20']);
});

it('says nothing anew when a bridge comes or goes whose range is denied anyway', () => {
  const interfaces = {
    eth0: [at('192.168.1.5/24')],
    docker0: [at('172.17.0.1/16')],
    mu70997900000000: [at('198.18.3.1/28')],
    wide0: [at('172.16.0.1/11')],
  };
  expect(ownNetworks('mu5fbdb2', interfaces)).toEqual(['172.0.0.0/11']);
});
