import { describe, expect, it } from 'vitest';
import { chooseReach, type Reach, type ReachInput } from './reach.ts';

const everywhere = { host: '::', port: 7700 };
const direct = (endpoint: string, source: string) => ({ kind: 'direct', endpoint, source });
const relay = (source: string, found: string[]) => ({ kind: 'relay', endpoint: '', source, found });

const onDev: [string, Partial<ReachInput>, object][] = [
  ['what is configured', { configured: 'http://node.example:1' }, direct('http://node.example:1', 'configured')],
  ['a relay when told so', { configured: 'relay', addresses: ['8.8.8.8'] }, relay('configured', ['8.8.8.8'])],
  [
    'where it listens',
    { listen: { host: '127.0.0.1', port: 7700 }, addresses: ['10.0.0.5'] },
    direct('http://127.0.0.1:7700', 'listening'),
  ],
  ['an IPv6 address in brackets', { listen: { host: '::1', port: 7700 } }, direct('http://[::1]:7700', 'listening')],
  ['a name as it is', { listen: { host: 'miner.lan', port: 7700 } }, direct('http://miner.lan:7700', 'listening')],
  ['its best address when it listens everywhere', { addresses: ['10.0.0.5', 'fd00::5'] }, direct('http://10.0.0.5:7700', 'guess')],
  ['an IPv6 address when there is no other', { addresses: ['fd00::5'] }, direct('http://[fd00::5]:7700', 'guess')],
  [
    'no IPv6 address where it listens on IPv4 alone',
    { listen: { host: '0.0.0.0', port: 7700 }, addresses: ['fd00::5', '10.0.0.5'] },
    direct('http://10.0.0.5:7700', 'guess'),
  ],
  ['no link-local address, not even there', { addresses: ['fe80::1', '169.254.3.4'] }, direct('http://127.0.0.1:7700', 'loopback')],
  ['loopback without any', {}, direct('http://127.0.0.1:7700', 'loopback')],
];

const inPublic: [string, Partial<ReachInput>, object][] = [
  ['its public address, whatever comes first', { addresses: ['10.0.0.5', '8.8.8.8'] }, direct('http://8.8.8.8:7700', 'guess')],
  ['its public IPv6 address', { addresses: ['192.168.1.5', '2606:4700::5'] }, direct('http://[2606:4700::5]:7700', 'guess')],
  ['a relay where all are private', { addresses: ['192.168.1.5', 'fd00::5'] }, relay('no-address', ['192.168.1.5', 'fd00::5'])],
  ['a relay behind a carrier’s NAT', { addresses: ['100.64.0.9'] }, relay('no-address', ['100.64.0.9'])],
  ['a relay without any', {}, relay('no-address', [])],
  ['a relay where it listens for itself alone', { listen: { host: '127.0.0.1', port: 7700 } }, relay('no-address', ['127.0.0.1'])],
  ['a private address that is configured', { configured: 'http://10.0.0.5:7700' }, direct('http://10.0.0.5:7700', 'configured')],
];

const base: ReachInput = { configured: null, listen: everywhere, addresses: [], allowPrivate: true };
const choose = (input: Partial<ReachInput>, allowPrivate: boolean): Reach => chooseReach({ ...base, ...input, allowPrivate });

describe('a node announces', () => {
  it.each(onDev)('on the dev chain: %s', (_title, input, reach) => expect(choose(input, true)).toEqual(reach));
  it.each(inPublic)('elsewhere: %s', (_title, input, reach) => expect(choose(input, false)).toEqual(reach));
});
