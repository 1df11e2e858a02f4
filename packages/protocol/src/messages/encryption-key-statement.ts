import type { Address } from 'viem';
import { z } from 'zod';

import { addressSchema, hash32Schema, runIdSchema, timestampMsSchema, uint32Schema } from '../primitives.ts';
import { defineMessage, verifyEnvelope, type MessageOf } from './define-message.ts';
import type { MusterDomain } from './domain.ts';

/**
 * Node → master, in a frame, and verbatim on to the run's owner: to which key secrets for the node are sealed. The announcement says the
 * same, but also where the node is, which owners are not to learn. Without an expiry: it holds for as long as the registration.
 */
export const EncryptionKeyStatement = defineMessage({
  name: 'EncryptionKeyStatement',
  types: { runId: 'uint256', node: 'address', seq: 'uint32', encryptionKey: 'bytes32', issuedAt: 'uint64' },
  schema: z.strictObject({
    runId: runIdSchema,
    node: addressSchema,
    seq: uint32Schema,
    /** X25519 public key. */
    encryptionKey: hash32Schema,
    issuedAt: timestampMsSchema,
  }),
  capMs: null,
  signerField: 'node',
});
export type EncryptionKeyStatement = MessageOf<typeof EncryptionKeyStatement>;

/** The statement, if it is this node's own, about this run; null for anything else. What is left: whether the chain has its registration. */
export function checkKeyStatement(
  envelope: unknown,
  { domain, runId, node, now }: { domain: MusterDomain; runId: string; node: Address; now: number },
): EncryptionKeyStatement | null {
  const verified = verifyEnvelope(EncryptionKeyStatement, envelope, { domain, now, expectedSigner: node });
  return verified.ok && verified.value.message.runId === runId ? verified.value.message : null;
}
