import type { Hex } from 'viem';

import { createSigner } from '../src/crypto/signer.ts';
import { MAX_SKEW_MS } from '../src/messages/checks.ts';
import { signMessage, type MessageDefinition, type MessageSchema } from '../src/messages/define-message.ts';
import { audienceOfOrigin } from '../src/messages/header.ts';
import { Invite } from '../src/messages/invite.ts';
import { NodeConsent } from '../src/messages/node-consent.ts';
import { Order } from '../src/messages/order.ts';
import { DOMAIN, NOW, SIGNER } from '../src/testing/messages.ts';
import { contextOf, envelopeOf } from './message-vectors.ts';
import { VECTOR_MESSAGES } from './vector-messages.ts';

type Definition = MessageDefinition<MessageSchema>;
export type Refusal = { name: string; code: string; reason: string; envelope: unknown };

const CURVE_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const THIEF = createSigner(`0x${'33'.repeat(32)}`);

/** vectors/refusals.json: what a receiver must refuse, with the code that it answers and why. */
export function refusalVectors() {
  return {
    description: 'Envelopes that a receiver refuses, each with its code and reason; `context` is what the receiver knows.',
    domain: DOMAIN,
    cases: [
      ...inContext(Invite, [...refusalsOf(Invite), ...inviteRefusals()]),
      ...inContext(NodeConsent, refusalsOf(NodeConsent)),
      ...inContext(Order, refusalsOf(Order)),
    ],
  };
}

function inContext(definition: Definition, refusals: Refusal[]) {
  return refusals.map((refusal) => ({ type: definition.name, ...refusal, context: contextOf(definition) }));
}

/** Refusals of any type of message. */
export function refusalsOf(definition: Definition): Refusal[] {
  const good = envelopeOf(definition);
  const { message, signature } = good;
  const { seq: _, ...cut } = message;
  const forged = signMessage({ ...definition, signerField: null }, message, { domain: DOMAIN, signer: THIEF });
  const elsewhere = signMessage(definition, message, { domain: { ...DOMAIN, chainId: 42161 }, signer: SIGNER });
  const invalid = (name: string, reason: string, envelope: unknown) => ({ name, code: 'SIGNATURE_INVALID', reason, envelope });
  const malformed = (name: string, reason: string, envelope: unknown) => ({ name, code: 'BAD_INPUT', reason, envelope });
  const unknown = (name: string, reason: string, envelope: unknown) => ({ name, code: 'UNKNOWN_FIELD', reason, envelope });
  return [
    invalid('high s', 's is in the upper half of the order of the curve', { ...good, signature: highSTwin(signature) }),
    invalid('mutated field', 'seq is not what was signed', { ...good, message: { ...message, seq: 2 } }),
    invalid('forged', 'another key signed it', forged),
    invalid('other chain', 'it was signed for another chain', elsewhere),
    invalid('recovery byte', 'v is neither 27 nor 28', { ...good, signature: `${signature.slice(0, 130)}00` }),
    malformed('short signature', 'a signature has 65 bytes', { ...good, signature: signature.slice(0, 130) }),
    malformed('missing field', 'seq is missing', { ...good, message: cut }),
    malformed('wrong kind of value', 'seq is a string', { ...good, message: { ...message, seq: '1' } }),
    malformed('leading zero', 'a run id has one spelling', { ...good, message: { ...message, runId: '07' } }),
    malformed('other type', 'the envelope says that it is something else', { ...good, type: 'Acknowledgment' }),
    unknown('unknown field', 'nobody knows `priority`', { ...good, message: { ...message, priority: 1 } }),
    unknown('unknown field around it', 'nobody knows `note`', { ...good, note: 'hello' }),
  ];
}

/** Refusals for the fields that only handshake messages have. */
function inviteRefusals(): Refusal[] {
  const definition: Definition = Invite;
  const signed = (change: object) =>
    signMessage(definition, { ...VECTOR_MESSAGES['Invite'], ...change }, { domain: DOMAIN, signer: SIGNER });
  return [
    {
      name: 'wrong audience',
      code: 'AUDIENCE_WRONG',
      reason: 'it is addressed to a discovery service',
      envelope: signed({ audience: audienceOfOrigin('https://discovery.example/discovery') }),
    },
    {
      name: 'expired',
      code: 'MESSAGE_EXPIRED',
      reason: "the receiver's clock has reached expiresAt",
      envelope: signed({ issuedAt: NOW - 2000, expiresAt: NOW }),
    },
    {
      name: 'expired at birth',
      code: 'MESSAGE_EXPIRED',
      reason: 'it expires before it is issued',
      envelope: signed({ issuedAt: NOW + 2000, expiresAt: NOW + 1000 }),
    },
    {
      name: 'skewed',
      code: 'CLOCK_SKEW',
      reason: "it is issued more than 30 s ahead of the receiver's clock",
      envelope: signed({ issuedAt: NOW + MAX_SKEW_MS + 1, expiresAt: NOW + 60_000 }),
    },
    {
      name: 'lifetime over the cap',
      code: 'LIFETIME_TOO_LONG',
      reason: 'an invite lives for ten minutes at most',
      envelope: signed({ issuedAt: NOW, expiresAt: NOW + 600_001 }),
    },
  ];
}

/** The same signature with the other s and v: as valid to ECDSA, and refused. */
export function highSTwin(signature: Hex): Hex {
  const s = (CURVE_ORDER - BigInt(`0x${signature.slice(66, 130)}`)).toString(16).padStart(64, '0');
  return `0x${signature.slice(2, 66)}${s}${signature.endsWith('1b') ? '1c' : '1b'}`;
}
