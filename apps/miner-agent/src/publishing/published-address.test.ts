import { expect, it } from 'vitest';
import { publishedAddress } from './published-address.ts';

const PUBLISH = { range: { from: 40_000, to: 40_009 }, host: '0.0.0.0', address: null };
const addressOf = ({ publish = {}, endpoint = null as string | null, addresses = ['8.8.8.8'] } = {}) =>
  publishedAddress({
    config: { publish: { ...PUBLISH, ...publish }, endpoint, listen: { host: '::', port: 7700 } },
    host: { addresses: () => addresses },
    allowPrivate: false,
  });

it.each([
  ['as set', { publish: { address: 'gpu.example' }, endpoint: 'http://1.1.1.1:7700' }, 'gpu.example'],
  ['where they are bound', { publish: { host: '9.9.9.9' }, endpoint: 'http://1.1.1.1:7700' }, '9.9.9.9'],
  ['as announced', { endpoint: 'https://miner.example/agent' }, 'miner.example'],
  ['as its best IPv4 address when it is announced by IPv6', { endpoint: 'http://[2606:4700::5]:7700' }, '8.8.8.8'],
  ['as would be announced', {}, '8.8.8.8'],
  ['as its best address behind a relay', { endpoint: 'relay', addresses: ['2606:4700::5', '192.168.1.5'] }, '192.168.1.5'],
])('is told %s', (_title, input, address) => expect(addressOf(input)).toBe(address));
