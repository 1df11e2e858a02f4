import { hashTypedData, keccak256, recoverAddress as viemRecover, stringToBytes } from 'viem/utils';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';

import frames from '../vectors/frames.json' with { type: 'json' };
import messages from '../vectors/messages.json' with { type: 'json' };
import consents from '../vectors/node-consent.json' with { type: 'json' };
import refusals from '../vectors/refusals.json' with { type: 'json' };
import requirements from '../vectors/requirements.json' with { type: 'json' };
import { fromHex, toHex } from './bytes.ts';
import { openFrame } from './crypto/mac.ts';
import { verifyEnvelope, type MessageDefinition, type MessageSchema } from './messages/define-message.ts';
import type { MusterDomain } from './messages/domain.ts';
import { frameSchema } from './messages/frame.ts';
import { NodeConsent } from './messages/node-consent.ts';
import { addressSchema, hash32Schema, hexSchema } from './primitives.ts';
import { formatRequirements } from './requirements/format-requirements.ts';
import { parseRequirements } from './requirements/parse-requirements.ts';
import { ALL_MESSAGES, DOMAIN } from './testing/messages.ts';

// The vectors are read as another language would read them: as JSON, through schemas.
const contextSchema = z.strictObject({ now: z.int(), audience: hash32Schema.optional(), expectedSigner: addressSchema.optional() });
const domainSchema = z.strictObject({
  name: z.literal('Muster'),
  version: z.literal('1'),
  chainId: z.int(),
  verifyingContract: addressSchema,
});

function definitionOf(type: string): MessageDefinition<MessageSchema> {
  const definition = ALL_MESSAGES.find(({ name }) => name === type);
  if (!definition) throw new Error(`no message type ${type}`);
  return definition;
}

function verifyVector(given: { type: string; envelope: unknown; context: unknown; domain: unknown }) {
  const domain: MusterDomain = domainSchema.parse(given.domain);
  return verifyEnvelope(definitionOf(given.type), given.envelope, { domain, ...contextSchema.parse(given.context) });
}

describe('messages.json', () => {
  it('has a case for every message type', () => {
    expect(messages.cases.map(({ name }) => name)).toEqual(ALL_MESSAGES.map(({ name }) => name));
  });

  it.each(messages.cases.map((entry) => [entry.name, entry] as const))(
    '%s is accepted, with its digest and signer',
    async (type, entry) => {
      const result = verifyVector({ type, ...entry, domain: messages.domain });
      expect(result).toMatchObject({ ok: true, value: { digest: entry.digest, signer: entry.signer } });
      // viem is the second opinion: it takes the EIP-712 document as a wallet would.
      expect(hashTypedData(JSON.parse(entry.typedDataJson))).toBe(entry.digest);
      const signature = hexSchema(65).parse(entry.envelope.signature);
      expect(await viemRecover({ hash: hash32Schema.parse(entry.digest), signature })).toBe(entry.signer);
      expect(entry.encodedType.startsWith(`${type}(`)).toBe(true);
    },
  );
});

describe('refusals.json', () => {
  const cases = refusals.cases.map((entry) => [`${entry.type}: ${entry.name}`, entry] as const);
  it.each(cases)('%s is refused with its code', (_, { code, ...entry }) => {
    expect(verifyVector({ ...entry, domain: refusals.domain })).toMatchObject({ ok: false, error: { code } });
  });
});

describe('node-consent.json', () => {
  it('is signed under the type string that the contract has', () => {
    const encoded = 'NodeConsent(uint256 runId,address provider,address node,bytes32 capabilitiesHash,uint32 seq,uint256 deadline)';
    expect(messages.cases.find(({ name }) => name === 'NodeConsent')?.encodedType).toBe(encoded);
    expect(toHex(NodeConsent.typeHash)).toBe(keccak256(stringToBytes(encoded)));
  });

  it.each(consents.cases.map((entry) => [entry.name, entry] as const))('%s', (_, { valid, message, signature }) => {
    const envelope = { type: 'NodeConsent', message, signature };
    const expectedSigner = addressSchema.parse(consents.signer);
    expect(verifyEnvelope(NodeConsent, envelope, { domain: DOMAIN, now: 0, expectedSigner }).ok).toBe(valid);
  });
});

describe('frames.json', () => {
  const open = (frame: unknown) =>
    openFrame({
      key: fromHex(hash32Schema.parse(frames.key)),
      direction: z.enum(['n2m', 'm2n']).parse(frames.direction),
      path: frames.path,
      frame: frameSchema.parse(frame),
      schema: z.unknown(),
    });

  it('opens the valid frame', () => {
    expect(open(frames.valid)).toEqual({ ok: true, value: JSON.parse(frames.valid.body) });
  });

  it.each(frames.refusals.map((entry) => [entry.name, entry] as const))('%s is refused', (_, { frame, code }) => {
    expect(open(frame)).toMatchObject({ ok: false, error: { code } });
  });
});

describe('requirements.json', () => {
  it.each(requirements.valid.map((entry) => [entry.text, entry] as const))('reads "%s"', (text, entry) => {
    const parsed = parseRequirements(text);
    expect(parsed).toEqual({ ok: true, value: entry.requirements });
    expect(parsed.ok && formatRequirements(parsed.value)).toBe(entry.canonical);
  });

  it.each(requirements.refusals.map((entry) => [entry.text, entry] as const))('points at the mistake in "%s"', (text, { code, at }) => {
    expect(parseRequirements(text)).toMatchObject({ ok: false, error: { code, at } });
  });
});
