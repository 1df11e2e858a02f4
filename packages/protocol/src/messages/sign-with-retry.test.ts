import { describe, expect, it } from 'vitest';

import { AppError } from '../errors/app-error.ts';
import { AUDIENCE, DOMAIN, NOW, SIGNER } from '../testing/messages.ts';
import { verifyEnvelope, type Envelope } from './define-message.ts';
import { EndpointQuery } from './endpoint-query.ts';
import { newHeader } from './header.ts';
import { signWithRetry } from './sign-with-retry.ts';

/** A receiver whose clock is `aheadMs` ahead of ours, and what it was sent. */
function setup({ aheadMs, wrap = (error: unknown) => error }: { aheadMs: number; wrap?: (error: unknown) => unknown }) {
  const sent: Envelope[] = [];
  const ask = () =>
    signWithRetry(EndpointQuery, {
      domain: DOMAIN,
      signer: SIGNER,
      now: NOW,
      build: (now) => ({
        ...newHeader({ runId: '1', sender: SIGNER.address, audience: AUDIENCE, now, ttlMs: 60_000 }),
        node: SIGNER.address,
        role: 'master' as const,
      }),
      async send(envelope) {
        sent.push(envelope);
        const result = verifyEnvelope(EndpointQuery, envelope, { domain: DOMAIN, now: NOW + aheadMs, audience: AUDIENCE });
        if (!result.ok) throw wrap(result.error);
        return result.value.message.issuedAt;
      },
    });
  return { ask, sent };
}

describe('signWithRetry', () => {
  it('sends once when the clocks agree', async () => {
    const { ask, sent } = setup({ aheadMs: 0 });
    expect(await ask()).toBe(NOW);
    expect(sent).toHaveLength(1);
  });

  it.each([3_600_000, -3_600_000])("signs once more, by the receiver's clock, when that is %i ms ahead", async (aheadMs) => {
    const { ask, sent } = setup({ aheadMs });
    expect(await ask()).toBe(NOW + aheadMs);
    expect(sent).toHaveLength(2);
    expect(sent[0]?.message['nonce']).not.toBe(sent[1]?.message['nonce']);
  });

  it('finds the clock in an error as tRPC clients throw it', async () => {
    const wrap = (error: unknown) => Object.assign(new Error('refused'), { data: { app: AppError.fromWire(error)?.toWire() } });
    const { ask } = setup({ aheadMs: 3_600_000, wrap });
    expect(await ask()).toBe(NOW + 3_600_000);
  });

  it('passes on any other refusal, and a clock that is none', async () => {
    const forbidden = setup({ aheadMs: 3_600_000, wrap: () => new AppError('FORBIDDEN') });
    await expect(forbidden.ask()).rejects.toThrow('FORBIDDEN');
    const odd = setup({ aheadMs: 3_600_000, wrap: () => new AppError('CLOCK_SKEW', { data: { now: -1 } }) });
    await expect(odd.ask()).rejects.toThrow('CLOCK_SKEW');
    expect([forbidden.sent.length, odd.sent.length]).toEqual([1, 1]);
  });
});
