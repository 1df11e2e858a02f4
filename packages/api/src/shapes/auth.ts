import { z } from 'zod';
import { addressSchema, isoTime } from './common.ts';

/** Everything that a client needs to write the ERC-4361 message that this server will accept. */
export const nonceShape = z.object({
  nonce: z.string(),
  issuedAt: isoTime,
  expiresAt: isoTime,
  chainId: z.int(),
  domain: z.string(),
  uri: z.string(),
  statement: z.string(),
});
export type NonceView = z.infer<typeof nonceShape>;

export const sessionShape = z.object({ address: addressSchema, expiresAt: isoTime });
export const signedInShape = sessionShape.extend({ token: z.string() });
export type SignedIn = { address: string; token: string; expiresAt: Date };
