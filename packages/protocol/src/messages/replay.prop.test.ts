import fc from 'fast-check';
import type { Address, Hex } from 'viem';
import { describe, expect, it } from 'vitest';

import { AUDIENCE, DOMAIN, NOW, RECEIVER, SIGNER } from '../testing/messages.ts';
import { MAX_SKEW_MS } from './checks.ts';
import { signMessage, verifyEnvelope, type Envelope } from './define-message.ts';
import { newHeader } from './header.ts';
import { Invite } from './invite.ts';
import { acceptOnce, type NonceStore } from './nonce-guard.ts';

const CAP_MS = 600_000;
const invitation = { seq: 1, masterEpoch: 1, masterUrl: 'http://127.0.0.1:3000/master', heartbeatMs: 30_000, lostAfterMs: 120_000 };

/** A model of what both real stores do: rows on a disk that outlives the process, purged once they may be forgotten. */
class PersistedNonces implements NonceStore {
  private constructor(private rows: Map<string, number>) {}

  static empty(): PersistedNonces {
    return new PersistedNonces(new Map());
  }

  /** What a new process reads. */
  restart(): PersistedNonces {
    const disk: [string, number][] = JSON.parse(JSON.stringify([...this.rows]));
    return new PersistedNonces(new Map(disk));
  }

  purge(now: number): void {
    for (const [row, expiresAt] of this.rows) if (expiresAt <= now) this.rows.delete(row);
  }

  async remember(signer: Address, nonce: Hex, expiresAt: number): Promise<boolean> {
    const row = `${signer} ${nonce}`;
    if (this.rows.has(row)) return false;
    this.rows.set(row, expiresAt);
    return true;
  }
}

function signInvite(now: number, ttlMs: number): Envelope {
  const header = newHeader({ runId: '1', sender: SIGNER.address, audience: AUDIENCE, now, ttlMs });
  return signMessage(Invite, { ...header, ...invitation }, { domain: DOMAIN, signer: SIGNER });
}

async function receive(store: NonceStore, envelope: Envelope, now: number) {
  const verified = verifyEnvelope(Invite, envelope, { domain: DOMAIN, now, audience: AUDIENCE });
  return verified.ok ? acceptOnce(store, verified.value) : verified;
}

/** When the first copy arrives, as an offset from its issue, within what its receiver takes. */
const arrival = fc.integer({ min: -MAX_SKEW_MS, max: CAP_MS - 1 });
const replay = fc.record({
  /** After the first arrival; negative where the receiver's clock was set back. */
  afterMs: fc.oneof(fc.integer({ min: -CAP_MS, max: 2 * CAP_MS }), fc.constantFrom(0, 1, CAP_MS - 1, CAP_MS, CAP_MS + 1)),
  receiverRestarts: fc.boolean(),
  purges: fc.boolean(),
});

describe('a replay', () => {
  it('is refused at every offset, also after restarts of the receiver and with its clock set back', async () => {
    await fc.assert(
      fc.asyncProperty(arrival, fc.array(replay, { minLength: 1, maxLength: 6 }), async (arrivesAfter, replays) => {
        let store = PersistedNonces.empty();
        const envelope = signInvite(NOW, CAP_MS);
        const arrivedAt = NOW + arrivesAfter;
        expect(await receive(store, envelope, arrivedAt)).toMatchObject({ ok: true, value: { signer: SIGNER.address } });
        for (const { afterMs, receiverRestarts, purges } of replays) {
          if (receiverRestarts) store = store.restart();
          if (purges) store.purge(arrivedAt + afterMs);
          const again = await receive(store, envelope, arrivedAt + afterMs);
          expect(again).toMatchObject({
            ok: false,
            error: { code: expect.stringMatching(/^(NONCE_REPLAYED|MESSAGE_EXPIRED|CLOCK_SKEW)$/) },
          });
        }
      }),
      { numRuns: 150 },
    );
  });

  it('is refused by its nonce at every offset inside the window', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: CAP_MS - 1 }), fc.boolean(), async (afterMs, restarts) => {
        const store = PersistedNonces.empty();
        const envelope = signInvite(NOW, CAP_MS);
        await receive(store, envelope, NOW);
        store.purge(NOW + afterMs);
        const later = restarts ? store.restart() : store;
        expect(await receive(later, envelope, NOW + afterMs)).toMatchObject({ ok: false, error: { code: 'NONCE_REPLAYED' } });
      }),
      { numRuns: 150 },
    );
  });

  it('by a sender that restarted is refused, while a message that it signs anew is taken', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: CAP_MS - 1 }), async (afterMs) => {
        const store = PersistedNonces.empty();
        // What the sender had written to its journal before it fell.
        const journal = JSON.stringify(signInvite(NOW, CAP_MS));
        expect((await receive(store, JSON.parse(journal), NOW)).ok).toBe(true);
        const resent = await receive(store, JSON.parse(journal), NOW + afterMs);
        expect(resent).toMatchObject({ ok: false, error: { code: 'NONCE_REPLAYED' } });
        expect((await receive(store, signInvite(NOW + afterMs, CAP_MS), NOW + afterMs)).ok).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  it('of a nonce by another signer is no replay', async () => {
    const store = PersistedNonces.empty();
    const nonce = `0x${'07'.repeat(16)}` as const;
    expect(await store.remember(SIGNER.address, nonce, NOW)).toBe(true);
    const verified = { message: { nonce }, signer: RECEIVER, digest: `0x${'00'.repeat(32)}` as const, keepNonceUntil: NOW };
    expect((await acceptOnce(store, verified)).ok).toBe(true);
    expect((await acceptOnce(store, verified)).ok).toBe(false);
  });
});
