import { signMessage, type Envelope, type MessageDefinition, type MessageSchema } from '../src/messages/define-message.ts';
import { NodeConsent } from '../src/messages/node-consent.ts';
import { typedDataDigest } from '../src/messages/typed-data.ts';
import { createSigner } from '../src/crypto/signer.ts';
import { DOMAIN, SIGNER } from '../src/testing/messages.ts';
import { envelopeOf } from './message-vectors.ts';
import { highSTwin } from './refusal-vectors.ts';

const definition: MessageDefinition<MessageSchema> = NodeConsent;
const THIEF = createSigner(`0x${'33'.repeat(32)}`);

/**
 * vectors/node-consent.json, flat for forge: `message`, the digest of exactly that message in `domain`, and a signature. A contract at
 * domain.verifyingContract on domain.chainId must compute that digest, and take the signature only where `valid` is true.
 */
export function consentVectors() {
  const good = envelopeOf(definition);
  const { message, signature } = good;
  const changed = (change: object) => caseOf({ ...message, ...change }, signature);
  const invalid = (name: string, reason: string, entry: ReturnType<typeof caseOf>) => ({ name, valid: false, reason, ...entry });
  const elsewhere = signMessage(definition, message, { domain: { ...DOMAIN, chainId: 42161 }, signer: SIGNER });
  const forged = signMessage({ ...definition, signerField: null }, message, { domain: DOMAIN, signer: THIEF });
  return {
    description: 'NodeConsent for the contract and for packages/protocol. The node key is 0x11…11.',
    domain: DOMAIN,
    signer: SIGNER.address,
    cases: [
      { name: 'valid', valid: true, reason: '', ...caseOf(message, signature) },
      invalid('high s', 's is in the upper half of the order of the curve', caseOf(message, highSTwin(signature))),
      invalid('forged', 'another key signed it', caseOf(message, forged.signature)),
      invalid('other chain', 'it was signed for another chain', caseOf(message, elsewhere.signature)),
      invalid('other run', 'runId is not what was signed', changed({ runId: '8' })),
      invalid('other provider', 'provider is not what was signed', changed({ provider: THIEF.address })),
      invalid('other node', 'node is not what was signed', changed({ node: THIEF.address })),
      invalid('other capabilities', 'capabilitiesHash is not what was signed', changed({ capabilitiesHash: `0x${'cc'.repeat(32)}` })),
      invalid('other seq', 'seq is not what was signed', changed({ seq: 2 })),
      invalid('other deadline', 'deadline is not what was signed', changed({ deadline: Number(message['deadline']) + 1 })),
      invalid('recovery byte', 'v is neither 27 nor 28', caseOf(message, `0x${signature.slice(2, 130)}00`)),
      invalid('short signature', 'a signature has 65 bytes', caseOf(message, `0x${signature.slice(2, 130)}`)),
    ],
  };
}

function caseOf(message: Envelope['message'], signature: Envelope['signature']) {
  const { typeHash, types } = definition;
  return { message, digest: typedDataDigest(DOMAIN, { typeHash, types, message }), signature };
}
