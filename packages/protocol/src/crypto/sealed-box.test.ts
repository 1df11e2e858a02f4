import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';

import { fromHex, utf8 } from '../bytes.ts';
import { openSealed, sealTo } from './sealed-box.ts';

const context = { purpose: 'registry-credentials', about: 'task-1' };

function setup() {
  const { privateKey, publicKey } = generateKeyPairSync('x25519');
  const raw = (part: string | undefined) => new Uint8Array(Buffer.from(part ?? '', 'base64url'));
  const publicBytes = raw(publicKey.export({ format: 'jwk' }).x);
  return {
    recipient: `0x${Buffer.from(publicBytes).toString('hex')}` as const,
    privateKey: raw(privateKey.export({ format: 'jwk' }).d),
  };
}

describe('sealTo and openSealed', () => {
  it('opens with the private key what was sealed to the public one', async () => {
    const { recipient, privateKey } = setup();
    const sealed = await sealTo(recipient, utf8('name:password'), context);
    expect(await openSealed(privateKey, sealed, context)).toEqual({ ok: true, value: utf8('name:password') });
  });

  it('adds 48 bytes, and seals the same text differently each time', async () => {
    const { recipient } = setup();
    const [first, second] = [await sealTo(recipient, utf8('x'), context), await sealTo(recipient, utf8('x'), context)];
    expect(fromHex(first)).toHaveLength(49);
    expect(first).not.toBe(second);
  });

  it.each([
    ['another purpose', { ...context, purpose: 'relay' }],
    ['another subject', { ...context, about: 'task-2' }],
  ])('refuses %s', async (_name, other) => {
    const { recipient, privateKey } = setup();
    const sealed = await sealTo(recipient, utf8('secret'), context);
    expect(await openSealed(privateKey, sealed, other)).toMatchObject({ ok: false, error: { code: 'SEAL_INVALID' } });
  });

  it('refuses another key, a changed byte and a text that is cut short', async () => {
    const [mine, other] = [setup(), setup()];
    const sealed = await sealTo(mine.recipient, utf8('secret'), context);
    const changed = `${sealed.slice(0, -1)}${sealed.endsWith('0') ? '1' : '0'}` as const;
    for (const [key, text] of [
      [other.privateKey, sealed],
      [mine.privateKey, changed as `0x${string}`],
      [mine.privateKey, '0x00' as const],
    ] as const)
      expect(await openSealed(key, text, context)).toMatchObject({ ok: false, error: { code: 'SEAL_INVALID' } });
  });
});
