import type { Signer } from '@muster/protocol/crypto/signer';
import { signMessage } from '@muster/protocol/messages/define-message';
import type { MusterDomain } from '@muster/protocol/messages/domain';
import { NodeConsent } from '@muster/protocol/messages/node-consent';
import type { Address, Hex } from 'viem';

export interface ConsentOptions {
  domain: MusterDomain;
  signer: Signer;
  runId: string;
  /** Whom the node agrees to belong to, for good. */
  provider: Address;
  capabilitiesHash: Hex;
  seq: number;
  /** The contract compares the deadline with its own clock. */
  chainTimeMs: number;
}

export interface Consent extends NodeConsent {
  signature: Hex;
}

/** Time for a person to open a link and confirm a transaction; the seq makes it useless after the registration. */
const LIFETIME_SECONDS = 24 * 3600;

/** The node key's agreement to be registered by this provider, for this run, with this document. */
export function signConsent({ domain, signer, runId, provider, capabilitiesHash, seq, chainTimeMs }: ConsentOptions): Consent {
  const deadline = Math.floor(chainTimeMs / 1000) + LIFETIME_SECONDS;
  const { message, signature } = signMessage(
    NodeConsent,
    { runId, provider, node: signer.address, capabilitiesHash, seq, deadline },
    { domain, signer },
  );
  return { ...message, signature };
}

/** Everything that the dashboard needs, in the fragment, which browsers do not send to servers. */
export function consentLink(dashboardUrl: string | null, { signature, ...consent }: Consent): string {
  const payload = Buffer.from(JSON.stringify({ ...consent, consent: signature })).toString('base64url');
  return `${dashboardUrl?.replace(/\/$/, '') ?? ''}/nodes/register#${payload}`;
}
