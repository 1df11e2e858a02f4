import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { parseIpRanges } from '@muster/runtime/ip-ranges';
import { describe, expect, it } from 'vitest';
import { createCallerOf } from './caller-of.ts';

function callerOf(from: string, { via, trusted = [] }: { via?: string; trusted?: string[] } = {}): string {
  const socket = new Socket();
  Object.defineProperty(socket, 'remoteAddress', { value: from });
  const req = new IncomingMessage(socket);
  if (via !== undefined) req.headers['x-forwarded-for'] = via;
  const ranges = parseIpRanges(trusted);
  if (!ranges) throw new Error('no ranges');
  return createCallerOf(ranges)(req);
}

describe('whom a request is counted against', () => {
  it('is where it came from, whatever it says of itself', () => {
    expect(callerOf('203.0.113.9', { via: '198.51.100.1' })).toBe('203.0.113.9');
    expect(callerOf('203.0.113.9', { via: '198.51.100.1', trusted: ['10.0.0.0/8'] })).toBe('203.0.113.9');
  });

  it('is whom a trusted proxy names, not whom the caller named to the proxy', () => {
    const trusted = ['10.0.0.0/8'];
    expect(callerOf('10.0.0.1', { via: '198.51.100.1', trusted })).toBe('198.51.100.1');
    expect(callerOf('10.0.0.1', { via: '1.1.1.1, 198.51.100.1, 10.0.0.2', trusted })).toBe('198.51.100.1');
    expect(callerOf('::ffff:10.0.0.1', { via: '198.51.100.1:40000', trusted })).toBe('198.51.100.1');
  });

  it('is the proxy where it names nobody', () => {
    const trusted = ['10.0.0.0/8'];
    for (const via of [undefined, '', 'unknown', '1.1.1.1, nonsense'])
      expect(callerOf('10.0.0.1', { ...(via === undefined ? {} : { via }), trusted })).toBe('10.0.0.1');
  });

  it('is a subscriber’s whole network where addresses are plentiful', () => {
    expect(callerOf('2001:db8:1:2:3:4:5:6')).toBe('2001:db8:1:2::/64');
    expect(callerOf('2001:0db8:1:2::6')).toBe('2001:db8:1:2::/64');
    expect(callerOf('::1')).toBe('0:0:0:0::/64');
    expect(callerOf('fe80::1%eth0')).toBe('fe80:0:0:0::/64');
    expect(callerOf('10.0.0.1', { via: '[2001:db8::1]:443', trusted: ['10.0.0.1'] })).toBe('2001:db8:0:0::/64');
  });
});
