import { addressSchema, hash32Schema, hexSchema, runIdSchema, uint32Schema } from '@muster/protocol/primitives';
import { z } from 'zod';

/** What a miner agent without a provider key puts into its link: the node key's consent and what it covers. */
const consentLinkSchema = z.strictObject({
  runId: runIdSchema,
  node: addressSchema,
  provider: addressSchema,
  capabilitiesHash: hash32Schema,
  seq: uint32Schema,
  /** Unix seconds until which the consent is good. */
  deadline: z.coerce.number().int().positive(),
  consent: hexSchema(65),
});
export type ConsentLink = z.infer<typeof consentLinkSchema>;

export type ConsentLinkResult = { ok: true; link: ConsentLink } | { ok: false; reason: string };

/** Reads the part behind the # of a consent link. It never leaves the browser: a fragment is not sent to any server. */
export function readConsentLink(fragment: string): ConsentLinkResult {
  const encoded = fragment.replace(/^#/, '');
  if (encoded === '') return { ok: false, reason: 'The link carries no consent. Copy it whole from the miner agent.' };
  const json = decodeBase64Url(encoded);
  if (json === null) return { ok: false, reason: 'The link is damaged. Copy it whole from the miner agent.' };
  const parsed = consentLinkSchema.safeParse(json);
  if (parsed.success) return { ok: true, link: parsed.data };
  const [issue] = parsed.error.issues;
  return { ok: false, reason: `The link is damaged: ${issue?.path.join('.') || 'its content'} ${issue?.message ?? 'is malformed'}.` };
}

function decodeBase64Url(text: string): unknown {
  try {
    const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
    const bytes = Uint8Array.from(binary, (char) => char.charCodeAt(0));
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return null;
  }
}
