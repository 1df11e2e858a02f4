import { describe, expect, it } from 'vitest';

import { addressSchema, hash32Schema, httpUrlSchema, jsonStringSchema, runIdSchema, uuidSchema } from './primitives.ts';

describe('addressSchema', () => {
  it('checksums an address in one case', () => {
    const checksummed = '0xE7f1725E7734CE288F8367e1Bb143E90bb3F0512'.toLowerCase();
    expect(addressSchema.parse(checksummed)).toBe('0xe7f1725E7734CE288F8367e1Bb143E90bb3F0512');
  });

  it.each(['0xE7f1725E7734CE288F8367e1Bb143E90bb3F0513', '0x12', 'e7f1725e7734ce288f8367e1bb143e90bb3f0512', ''])('refuses %s', (value) => {
    expect(addressSchema.safeParse(value).success).toBe(false);
  });
});

describe('runIdSchema', () => {
  const max = (2n ** 256n - 1n).toString();
  it.each(['0', '1', max])('takes %s', (value) => {
    expect(runIdSchema.parse(value)).toBe(value);
  });

  it.each(['', '-1', '01', '1.0', '0x1', '1e3', ' 1', (2n ** 256n).toString(), '9'.repeat(100)])('refuses %s', (value) => {
    expect(runIdSchema.safeParse(value).success).toBe(false);
  });
});

describe('hash32Schema', () => {
  it('lowercases', () => {
    expect(hash32Schema.parse(`0x${'AB'.repeat(32)}`)).toBe(`0x${'ab'.repeat(32)}`);
  });

  it.each([`0x${'ab'.repeat(31)}`, `0x${'ab'.repeat(33)}`, 'ab'.repeat(32), `0x${'zz'.repeat(32)}`])('refuses %s', (value) => {
    expect(hash32Schema.safeParse(value).success).toBe(false);
  });
});

describe('uuidSchema', () => {
  it.each(['c7a7f1f0-2f57-1c1c-9d6b-0a1b2c3d4e5f', 'c7a7f1f02f574c1c9d6b0a1b2c3d4e5f'])('refuses %s, which is no UUIDv4', (value) => {
    expect(uuidSchema.safeParse(value).success).toBe(false);
  });
});

describe('httpUrlSchema', () => {
  it.each(['http://127.0.0.1:7700', 'https://node.example/agent', 'http://[::1]:7700/'])('takes %s', (value) => {
    expect(httpUrlSchema.parse(value)).toBe(value);
  });

  it.each(['ftp://x', 'file:///etc/passwd', 'http://user:pass@x/', 'http://x/?a=1', 'http://x/#a', 'x', `http://${'x'.repeat(300)}`])(
    'refuses %s',
    (value) => {
      expect(httpUrlSchema.safeParse(value).success).toBe(false);
    },
  );
});

describe('jsonStringSchema', () => {
  it('takes JSON up to its length', () => {
    expect(jsonStringSchema(7).safeParse('{"a":1}').success).toBe(true);
    expect(jsonStringSchema(6).safeParse('{"a":1}').success).toBe(false);
    expect(jsonStringSchema(6).safeParse('{a:1}').success).toBe(false);
  });
});
