import fc from 'fast-check';
import { expect, it } from 'vitest';

import { AUDIENCE, DOMAIN, NOW, SIGNER } from '../testing/messages.ts';
import { MAX_SKEW_MS } from './checks.ts';
import { signMessage, verifyEnvelope } from './define-message.ts';
import { EndpointQuery } from './endpoint-query.ts';

const CAP_MS = 60_000;
const around = (ms: number) => fc.integer({ min: ms - 3, max: ms + 3 });
/** Offsets where the rules change, and everything between. */
const offset = fc.oneof(around(0), around(CAP_MS), around(MAX_SKEW_MS), around(-MAX_SKEW_MS), fc.integer({ min: -200_000, max: 200_000 }));

it('takes a message exactly while it is neither from the future, nor expired, nor too long-lived', () => {
  fc.assert(
    fc.property(offset, offset, (issued, lifetime) => {
      const issuedAt = NOW + issued;
      const expiresAt = issuedAt + lifetime;
      const header = { runId: '1', sender: SIGNER.address, audience: AUDIENCE, nonce: `0x${'07'.repeat(16)}`, issuedAt, expiresAt };
      const envelope = signMessage(EndpointQuery, { ...header, node: SIGNER.address, role: 'master' }, { domain: DOMAIN, signer: SIGNER });
      const result = verifyEnvelope(EndpointQuery, envelope, { domain: DOMAIN, now: NOW, audience: AUDIENCE });
      const isFromFuture = issuedAt > NOW + MAX_SKEW_MS;
      const isExpired = expiresAt <= NOW || lifetime <= 0;
      expect(result.ok).toBe(!isFromFuture && !isExpired && lifetime <= CAP_MS);
      // "A refusal for time carries the receiver's clock."
      if (!result.ok && (isFromFuture || isExpired)) expect(result.error.data['now']).toBe(NOW);
    }),
    { numRuns: 500 },
  );
});
