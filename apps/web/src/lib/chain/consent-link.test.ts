import { describe, expect, it } from 'vitest';
import { readConsentLink } from './consent-link.ts';

const valid = {
  runId: '3',
  node: '0x70997970c51812dc3a010c7d01b50e0d17dc79c8',
  provider: '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266',
  capabilitiesHash: `0x${'ab'.repeat(32)}`,
  seq: 1,
  deadline: 1_900_000_000,
  consent: `0x${'cd'.repeat(65)}`,
};
const encode = (value: unknown): string => `#${Buffer.from(JSON.stringify(value)).toString('base64url')}`;

describe('consent link', () => {
  it('reads what the agent wrote, with addresses checksummed', () => {
    const result = readConsentLink(encode(valid));
    expect(result).toMatchObject({ ok: true, link: { runId: '3', node: '0x70997970C51812dc3A010C7d01b50e0d17dc79C8', seq: 1 } });
  });

  it.each([
    ['nothing', ''],
    ['no base64', '#%%%'],
    ['no JSON', `#${Buffer.from('hello').toString('base64url')}`],
    ['a missing field', encode({ ...valid, consent: undefined })],
    ['a field too many', encode({ ...valid, gate: '0x' })],
    ['a signature of the wrong length', encode({ ...valid, consent: '0x12' })],
    ['a broken checksum', encode({ ...valid, provider: '0xF39Fd6e51aad88F6F4ce6aB8827279cffFb92266' })],
  ])('refuses %s with a reason', (_name, fragment) => {
    expect(readConsentLink(fragment)).toMatchObject({ ok: false, reason: expect.stringContaining('link') });
  });
});
