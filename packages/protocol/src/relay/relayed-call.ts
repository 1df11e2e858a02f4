import { keccak_256 } from '@noble/hashes/sha3.js';
import type { Address, Hex } from 'viem';
import { z } from 'zod';

import { fromHex, toHex, utf8 } from '../bytes.ts';
import { createSealKey, openSealed, sealTo, type SealContext } from '../crypto/sealed-box.ts';
import { AppError } from '../errors/app-error.ts';
import { hash32Schema } from '../primitives.ts';

/** A challenge with its largest field fits twice; an answer carries at most a matrix (challenge-answer.ts). */
export const MAX_RELAYED_REQUEST_BYTES = 256 * 1024;
export const MAX_RELAYED_ANSWER_BYTES = 2 * 1024 * 1024;
/** The encapsulated key and the cipher's tag. */
const SEAL_BYTES = 48;

function sealedSchema(maxBytes: number) {
  return z
    .string()
    .max(2 + 2 * (maxBytes + SEAL_BYTES))
    .regex(/^0x[0-9a-f]+$/, 'expected 0x and hex in lower case')
    .refine((value) => value.length % 2 === 0, 'expected whole bytes')
    .transform((value) => value as Hex);
}
/** Sealed bytes as hex, as they pass discovery. */
export const sealedRequestSchema = sealedSchema(MAX_RELAYED_REQUEST_BYTES);
export const sealedAnswerSchema = sealedSchema(MAX_RELAYED_ANSWER_BYTES);

/** A call of the node's inbound API: what would be POSTed to `<endpoint>/<path>` of a node that can be reached. */
const requestSchema = z.strictObject({
  /** X25519 public key of the asker, for this answer alone. */
  replyKey: hash32Schema,
  path: z.string().regex(/^[a-zA-Z]{1,64}$/, 'expected the name of a procedure'),
  body: z.string().max(MAX_RELAYED_REQUEST_BYTES),
});
export type RelayedRequest = z.output<typeof requestSchema>;

const answerSchema = z.strictObject({ status: z.int().min(200).max(599), body: z.string().max(MAX_RELAYED_ANSWER_BYTES) });
export type RelayedAnswer = z.output<typeof answerSchema>;

export interface RelayedNode {
  runId: string;
  node: Address;
}

export const hashOfSealed = (sealed: Hex): Hex => toHex(keccak_256(fromHex(sealed)));

/** Bound to the run and the node, and the answer to the very request, so that discovery cannot swap one for another. */
const requestContext = ({ runId, node }: RelayedNode): SealContext => ({ purpose: 'relayed-request', about: `${runId}/${node}` });
const answerContext = (sealedRequest: Hex): SealContext => ({ purpose: 'relayed-answer', about: hashOfSealed(sealedRequest) });

export interface SealRequestInput {
  to: RelayedNode;
  /** As the node announces it. */
  encryptionKey: Hex;
  path: string;
  body: string;
}

/** The asker's side: a request that only the node can read, and the way to read its answer. Throws ZodError for what no node would take. */
export async function sealRelayedRequest({ to, encryptionKey, path, body }: SealRequestInput) {
  const reply = await createSealKey();
  const request = requestSchema.parse({ replyKey: reply.publicKey, path, body });
  const sealed = await sealTo(encryptionKey, utf8(JSON.stringify(request)), requestContext(to));
  return {
    sealed,
    /** Throws RESPONSE_INVALID for anything but the answer of whoever opened this request. */
    async openAnswer(sealedAnswer: Hex): Promise<RelayedAnswer> {
      const opened = await openSealed(reply.privateKey, sealedAnswer, answerContext(sealed));
      const answer = opened.ok ? answerSchema.safeParse(parseJson(opened.value)) : null;
      if (answer?.success) return answer.data;
      throw new AppError('RESPONSE_INVALID', { publicMessage: 'The relayed answer is not what the node sealed for this request.' });
    },
  };
}

/** The node's side: what was asked, and the way to seal the answer to the asker. Null for what was not sealed to this node. */
export async function openRelayedRequest(privateKey: Uint8Array, sealed: Hex, me: RelayedNode) {
  const opened = await openSealed(privateKey, sealed, requestContext(me));
  const request = opened.ok ? requestSchema.safeParse(parseJson(opened.value)) : null;
  if (!request?.success) return null;
  const { replyKey, path, body } = request.data;
  return {
    path,
    body,
    sealAnswer: (answer: RelayedAnswer): Promise<Hex> => sealTo(replyKey, utf8(JSON.stringify(answer)), answerContext(sealed)),
  };
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}
