import { digestOf, signMessage, type Envelope, type MessageDefinition, type MessageSchema } from '../src/messages/define-message.ts';
import { encodeType, typedDataOf } from '../src/messages/typed-data.ts';
import { ALL_MESSAGES, AUDIENCE, DOMAIN, NOW, SIGNER } from '../src/testing/messages.ts';
import { VECTOR_MESSAGES } from './vector-messages.ts';

type Definition = MessageDefinition<MessageSchema>;

const DOMAIN_FIELDS = [
  { name: 'name', type: 'string' },
  { name: 'version', type: 'string' },
  { name: 'chainId', type: 'uint256' },
  { name: 'verifyingContract', type: 'address' },
];

export function envelopeOf(definition: Definition): Envelope {
  return signMessage(definition, VECTOR_MESSAGES[definition.name] ?? {}, { domain: DOMAIN, signer: SIGNER });
}

/** What a receiver knows when it verifies: its clock, its name, and the signer where the message names none. */
export function contextOf({ capMs, signerField }: Definition) {
  return {
    now: NOW,
    ...(capMs === null ? {} : { audience: AUDIENCE }),
    ...(signerField === null ? { expectedSigner: SIGNER.address } : {}),
  };
}

/** vectors/messages.json: one message of each type with its digest and signature. */
export function messageVectors() {
  return {
    description:
      'One valid envelope per message type. `typedDataJson` is the EIP-712 document (eth_signTypedData_v4); `digest` is its hash. The key is 0x11…11.',
    domain: DOMAIN,
    cases: ALL_MESSAGES.map(validCase),
  };
}

function validCase(definition: Definition) {
  const envelope = envelopeOf(definition);
  const { domain, types, primaryType, message } = typedDataOf(DOMAIN, { ...definition, message: envelope.message });
  const typedData = { types: { EIP712Domain: DOMAIN_FIELDS, ...types }, primaryType, domain, message };
  return {
    name: definition.name,
    encodedType: encodeType(definition.name, definition.types),
    typedDataJson: JSON.stringify(typedData, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value)),
    digest: digestOf(definition, envelope.message, DOMAIN),
    signer: SIGNER.address,
    envelope,
    context: contextOf(definition),
  };
}
