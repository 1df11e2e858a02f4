import { describe, expect, it } from 'vitest';

import { createSigner } from '../crypto/signer.ts';
import { AUDIENCE, DOMAIN, NOW, RECEIVER, SIGNER } from '../testing/messages.ts';
import { signMessage, verifyEnvelope } from './define-message.ts';
import { encodeOrderBody } from './order-body.ts';
import { Challenge } from './challenge.ts';
import { newHeader } from './header.ts';
import { Order } from './order.ts';

const allocationId = 'c7a7f1f0-2f57-4c1c-9d6b-0a1b2c3d4e5f';

function signOrder() {
  const body = encodeOrderBody('restart', { allocationId, epoch: 1, graceMs: 1000 });
  const version = { masterEpoch: 1, counter: 2 };
  const order = { runId: '1', node: RECEIVER, seq: 1, ...version, orderId: allocationId, kind: 'restart' as const, body, issuedAt: NOW };
  return signMessage(Order, order, { domain: DOMAIN, signer: SIGNER });
}

function signChallenge(params: string) {
  const header = newHeader({ runId: '1', sender: SIGNER.address, audience: AUDIENCE, now: NOW, ttlMs: 1000 });
  return { type: 'Challenge', message: { ...header, seq: 1, round: 1, kind: 'identity', params }, signature: `0x${'00'.repeat(65)}` };
}

describe('verifyEnvelope', () => {
  it('takes an order from the master that is expected, and from nobody else', () => {
    const envelope = signOrder();
    expect(verifyEnvelope(Order, envelope, { domain: DOMAIN, now: NOW, expectedSigner: SIGNER.address }).ok).toBe(true);
    const other = createSigner(`0x${'33'.repeat(32)}`).address;
    const refused = verifyEnvelope(Order, envelope, { domain: DOMAIN, now: NOW, expectedSigner: other });
    expect(refused).toMatchObject({ ok: false, error: { code: 'SIGNATURE_INVALID', data: { reason: 'signer' } } });
  });

  it('throws when nobody says who signs an order, since any signature recovers to somebody', () => {
    expect(() => verifyEnvelope(Order, signOrder(), { domain: DOMAIN, now: NOW })).toThrow('say whom to expect');
  });

  it('refuses what is too large before it looks any closer', () => {
    const envelope = signChallenge(JSON.stringify('x'.repeat(70_000)));
    const result = verifyEnvelope(Challenge, envelope, { domain: DOMAIN, now: NOW, audience: AUDIENCE });
    expect(result).toMatchObject({ ok: false, error: { code: 'PAYLOAD_TOO_LARGE' } });
  });

  it('looks at audience and time before the signature, which costs most', () => {
    const envelope = signChallenge('{}');
    const { audience: _, ...rest } = { domain: DOMAIN, now: NOW, audience: AUDIENCE };
    const code = (options: Parameters<typeof verifyEnvelope<typeof Challenge.schema>>[2]) => {
      const result = verifyEnvelope(Challenge, envelope, options);
      return result.ok ? 'accepted' : result.error.code;
    };
    expect(code({ ...rest, audience: `0x${'01'.repeat(32)}` })).toBe('AUDIENCE_WRONG');
    expect(code({ ...rest, audience: AUDIENCE, now: NOW + 5000 })).toBe('MESSAGE_EXPIRED');
    expect(code({ ...rest, audience: AUDIENCE })).toBe('SIGNATURE_INVALID');
  });

  it('names the field of a malformed message', () => {
    const envelope = signChallenge('not json');
    const result = verifyEnvelope(Challenge, envelope, { domain: DOMAIN, now: NOW, audience: AUDIENCE });
    expect(result).toMatchObject({ ok: false, error: { code: 'BAD_INPUT', data: { issues: [{ path: 'message.params' }] } } });
  });
});

describe('signMessage', () => {
  it('does not sign for somebody else', () => {
    const header = newHeader({ runId: '1', sender: RECEIVER, audience: AUDIENCE, now: NOW, ttlMs: 1000 });
    const sign = () =>
      signMessage(Challenge, { ...header, seq: 1, round: 1, kind: 'identity', params: '{}' }, { domain: DOMAIN, signer: SIGNER });
    expect(sign).toThrow(RECEIVER);
  });

  it('does not sign what no receiver would take', () => {
    const header = newHeader({ runId: '1', sender: SIGNER.address, audience: AUDIENCE, now: NOW, ttlMs: 1000 });
    const sign = () =>
      signMessage(Challenge, { ...header, seq: 1, round: 1, kind: 'No Such', params: '{}' }, { domain: DOMAIN, signer: SIGNER });
    expect(sign).toThrow('kind');
  });
});
