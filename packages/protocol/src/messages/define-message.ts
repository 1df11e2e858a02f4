import type { Address, Hex } from 'viem';
import { z } from 'zod';

import { recoverAddress } from '../crypto/recover.ts';
import type { Signer } from '../crypto/signer.ts';
import { AppError } from '../errors/app-error.ts';
import { err, ok, type Result } from '../errors/result.ts';
import { fromZodError } from '../errors/zod-error.ts';
import { signatureSchema } from '../primitives.ts';
import { checkAudience, checkSize, checkTime, MAX_SKEW_MS, type ProtocolError } from './checks.ts';
import type { MusterDomain } from './domain.ts';
import { typedDataDigest, typeHashOf, type FieldType } from './typed-data.ts';

/** A message as it is signed: a flat struct of scalars. */
export type Message = Readonly<Record<string, string | number | boolean>>;
export type MessageSchema = z.ZodType<Message>;

export type Envelope<M extends Message = Message> = { type: string; message: M; signature: Hex };

export type MessageSpec<S extends MessageSchema> = {
  name: string;
  /** The EIP-712 fields in their order; the mapped type makes them agree with the schema. */
  types: { readonly [K in keyof z.output<S>]-?: FieldType };
  schema: S;
  /** The longest lifetime (expiresAt − issuedAt) that a receiver takes; null for messages without an expiry. */
  capMs: number | null;
  /** The field that names the signer; null when only the receiver knows whom to expect. */
  signerField: (keyof z.output<S> & string) | null;
  /** The most characters that all string fields may have together. */
  maxChars?: number;
};

export type MessageDefinition<S extends MessageSchema> = Required<MessageSpec<S>> & {
  readonly typeHash: Uint8Array;
  /** For places that pass an envelope on: it checks the form, not the signature. */
  readonly envelopeSchema: z.ZodType<Envelope<z.output<S>>>;
};
/** The message type of a definition: `MessageOf<typeof Invite>`. */
export type MessageOf<D> = D extends { schema: infer S extends MessageSchema } ? z.output<S> : never;

/** One message type: its zod schema, its EIP-712 type, how long it may live, and who signs it. */
export function defineMessage<S extends MessageSchema>(spec: MessageSpec<S>): MessageDefinition<S> {
  const { name, types, schema } = spec;
  const message: MessageSchema = schema;
  const envelope: z.ZodType<Envelope> = z.strictObject({ type: z.literal(name), message, signature: signatureSchema });
  return {
    ...spec,
    maxChars: spec.maxChars ?? 4096,
    typeHash: typeHashOf(name, types),
    envelopeSchema: envelope as z.ZodType<Envelope<z.output<S>>>,
  };
}

/** The EIP-712 digest of a message that its schema has accepted. */
export function digestOf<S extends MessageSchema>(definition: MessageDefinition<S>, message: z.output<S>, domain: MusterDomain): Hex {
  const { typeHash, types } = definition;
  return typedDataDigest(domain, { typeHash, types, message });
}

export type SignOptions = { domain: MusterDomain; signer: Signer };

/** Checks the message by its own schema, then signs it. Throws ZodError for a message that no receiver would take. */
export function signMessage<S extends MessageSchema>(
  definition: MessageDefinition<S>,
  message: z.input<S>,
  { domain, signer }: SignOptions,
): Envelope<z.output<S>> {
  const checked = definition.schema.parse(message);
  const named = definition.signerField === null ? signer.address : checked[definition.signerField];
  if (named !== signer.address) throw new TypeError(`${definition.name} names ${String(named)}, but ${signer.address} signs it`);
  return { type: definition.name, message: checked, signature: signer.signDigest(digestOf(definition, checked, domain)) };
}

export type VerifyOptions<M> = {
  domain: MusterDomain;
  /** The receiver's clock, unix ms. */
  now: number;
  /** Required for messages that name no signer themselves (Order). */
  expectedSigner?: Address | undefined;
} & AudienceOption<M>;

/** Whoever verifies a message with an audience must say who it is; the last case is for code over every kind of message. */
type AudienceOption<M> = M extends { audience: Hex }
  ? { audience: Hex }
  : string extends keyof M
    ? { audience?: Hex | undefined }
    : { audience?: undefined };

export type Verified<M> = {
  message: M;
  signer: Address;
  digest: Hex;
  /** Until when (unix ms) the nonce must be remembered: past the expiry by the type's cap, in case our clock steps back. */
  keepNonceUntil: number;
};

/**
 * Whether an envelope off the wire is what it says. Cheapest check first: size, schema, audience, time, then the signature.
 * What is left to the caller: the nonce (acceptOnce), then the signer's role on chain.
 */
export function verifyEnvelope<S extends MessageSchema>(
  definition: MessageDefinition<S>,
  envelope: unknown,
  options: VerifyOptions<z.output<S>>,
): Result<Verified<z.output<S>>, ProtocolError> {
  const { domain, now, audience } = options;
  const tooLarge = checkSize(envelope, definition.maxChars);
  if (tooLarge) return err(tooLarge);
  const parsed = definition.envelopeSchema.safeParse(envelope);
  if (!parsed.success) return err(fromZodError(parsed.error, definition.name));
  const { message, signature } = parsed.data;
  const refusal = checkAudience(message, audience) ?? checkTime(message, { capMs: definition.capMs, now });
  if (refusal) return err(refusal);

  const digest = digestOf(definition, message, domain);
  const recovered = recoverSigner(digest, signature);
  if (!recovered.ok) return recovered;
  const signer = recovered.value;
  if (!isExpected(definition, message, { signer, expectedSigner: options.expectedSigner })) {
    return err(new AppError('SIGNATURE_INVALID', { data: { reason: 'signer' } }));
  }
  return ok({ message, signer, digest, keepNonceUntil: now + MAX_SKEW_MS + 2 * (definition.capMs ?? 0) });
}

function recoverSigner(digest: Hex, signature: Hex): Result<Address, ProtocolError> {
  try {
    return ok(recoverAddress(digest, signature));
  } catch (error) {
    if (AppError.is(error, 'SIGNATURE_INVALID')) return err(error);
    throw error;
  }
}

/** A recovered signer proves nothing by itself: any 65 bytes recover to somebody. */
function isExpected<S extends MessageSchema>(
  { name, signerField }: MessageDefinition<S>,
  message: z.output<S>,
  { signer, expectedSigner }: { signer: Address; expectedSigner: Address | undefined },
): boolean {
  const named = signerField === null ? undefined : message[signerField];
  if (named === undefined && expectedSigner === undefined) throw new TypeError(`${name} names no signer: say whom to expect`);
  return (named === undefined || named === signer) && (expectedSigner === undefined || expectedSigner === signer);
}
