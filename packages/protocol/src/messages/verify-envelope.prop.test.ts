import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { createSigner } from '../crypto/signer.ts';
import { ALL_MESSAGES, AUDIENCE, DOMAIN, messageArbitrary, NOW, SIGNER } from '../testing/messages.ts';
import { signMessage, verifyEnvelope, type Envelope, type MessageDefinition, type MessageSchema } from './define-message.ts';
import { musterDomain, type MusterDomain } from './domain.ts';

type Definition = MessageDefinition<MessageSchema>;

function verify(definition: Definition, envelope: unknown, domain: MusterDomain = DOMAIN) {
  const audience = definition.capMs === null ? undefined : AUDIENCE;
  return verifyEnvelope(definition, envelope, { domain, now: NOW, audience, expectedSigner: SIGNER.address });
}

const sign = (definition: Definition, message: Envelope['message']) => signMessage(definition, message, { domain: DOMAIN, signer: SIGNER });

describe.each(ALL_MESSAGES.map((definition) => [definition.name, definition] as const))('%s', (_, definition) => {
  const messages = messageArbitrary(definition);

  it('accepts what its sender signed, also after a trip through JSON', () => {
    fc.assert(
      fc.property(messages, (message) => {
        const envelope = sign(definition, message);
        const result = verify(definition, JSON.parse(JSON.stringify(envelope)));
        expect(result).toMatchObject({ ok: true, value: { message: envelope.message, signer: SIGNER.address } });
      }),
      { numRuns: 20 },
    );
  });

  it.each(Object.keys(definition.types))('refuses another %s', (field) => {
    // A flag has two values, so draw until the other one comes.
    fc.assert(
      fc.property(messages, messages, (message, other) => {
        const envelope = sign(definition, message);
        const mutant = otherThan(envelope.message[field], other[field]);
        fc.pre(mutant !== undefined);
        const result = verify(definition, { ...envelope, message: { ...envelope.message, [field]: mutant } });
        expect(result.ok).toBe(false);
      }),
      { numRuns: 10 },
    );
  });

  it.each(Object.keys(definition.types))('refuses a message without %s', (field) => {
    const { message, ...rest } = sampleOf(definition);
    const { [field]: __, ...cut } = message;
    expect(verify(definition, { ...rest, message: cut })).toMatchObject({ ok: false, error: { code: 'BAD_INPUT' } });
  });

  it('refuses a field that nobody knows, in the message and around it', () => {
    const envelope = sampleOf(definition);
    const inside = { ...envelope, message: { ...envelope.message, extra: 1 } };
    expect(verify(definition, inside)).toMatchObject({ ok: false, error: { code: 'UNKNOWN_FIELD' } });
    expect(verify(definition, { ...envelope, extra: 1 })).toMatchObject({ ok: false, error: { code: 'UNKNOWN_FIELD' } });
  });

  it('refuses a signature with any byte changed', () => {
    const envelope = sampleOf(definition);
    fc.assert(
      fc.property(fc.nat(64), fc.integer({ min: 1, max: 255 }), (index, flip) => {
        const bytes = Buffer.from(envelope.signature.slice(2), 'hex');
        bytes[index] = (bytes[index] ?? 0) ^ flip;
        const result = verify(definition, { ...envelope, signature: `0x${bytes.toString('hex')}` });
        expect(result).toMatchObject({ ok: false, error: { code: 'SIGNATURE_INVALID' } });
      }),
      { numRuns: 40 },
    );
  });

  it('refuses a signature by another key, for another chain or for another registry', () => {
    const envelope = sampleOf(definition);
    const { message } = envelope;
    const thief = createSigner(`0x${'33'.repeat(32)}`);
    const stolen = signMessage({ ...definition, signerField: null }, message, { domain: DOMAIN, signer: thief });
    const refusal = { ok: false, error: { code: 'SIGNATURE_INVALID', data: { reason: 'signer' } } };
    expect(verify(definition, stolen)).toMatchObject(refusal);
    expect(verify(definition, envelope, { ...DOMAIN, chainId: 42161 })).toMatchObject(refusal);
    expect(verify(definition, envelope, musterDomain({ chainId: 31337, registry: thief.address }))).toMatchObject(refusal);
  });

  it('refuses the envelope of another type', () => {
    const envelope = sampleOf(definition);
    expect(verify(definition, { ...envelope, type: 'Other' })).toMatchObject({ ok: false, error: { code: 'BAD_INPUT' } });
  });

  it('refuses whatever is no envelope without throwing', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        expect(verify(definition, value).ok).toBe(false);
      }),
      { numRuns: 50 },
    );
  });
});

function sampleOf(definition: Definition): Envelope {
  const [message] = fc.sample(messageArbitrary(definition), { numRuns: 1, seed: 7 });
  return sign(definition, message ?? {});
}

/** `drawn` where it differs; for fields that the arbitrary keeps fixed, a value of the same kind that differs. */
function otherThan(value: unknown, drawn: unknown): unknown {
  if (drawn !== value) return drawn;
  if (typeof value === 'number') return value - 1;
  if (typeof value === 'boolean') return !value;
  if (typeof value === 'string' && /^0x[0-9a-f]{64}$/.test(value)) return `0x${'ab'.repeat(32)}`;
  if (typeof value === 'string' && /^0x[0-9a-fA-F]{40}$/.test(value)) return `0x${'cd'.repeat(20)}`;
  return undefined;
}
