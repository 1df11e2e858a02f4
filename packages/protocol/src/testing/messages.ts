import fc from 'fast-check';
import type { Hex } from 'viem';
import { getAddress } from 'viem/utils';

import { createSigner } from '../crypto/signer.ts';
import { Acknowledgment } from '../messages/acknowledgment.ts';
import { Challenge } from '../messages/challenge.ts';
import { ChallengeAnswer } from '../messages/challenge-answer.ts';
import type { Message, MessageDefinition, MessageSchema } from '../messages/define-message.ts';
import { musterDomain } from '../messages/domain.ts';
import { EncryptionKeyStatement } from '../messages/encryption-key-statement.ts';
import { EndpointAnnouncement } from '../messages/endpoint-announcement.ts';
import { EndpointQuery } from '../messages/endpoint-query.ts';
import { audienceOfAddress } from '../messages/header.ts';
import { Invite } from '../messages/invite.ts';
import { NodeConsent } from '../messages/node-consent.ts';
import { Order } from '../messages/order.ts';
import { RelayCall } from '../messages/relay-call.ts';
import { RelayOpen } from '../messages/relay-open.ts';
import { SessionAccept } from '../messages/session-accept.ts';
import { SessionOpen } from '../messages/session-open.ts';
import { SyncAck } from '../messages/sync-ack.ts';
import { MAX_LOST_AFTER_MS } from '../primitives.ts';

/** Every message type, for tests that must hold for all of them. */
export const ALL_MESSAGES: readonly MessageDefinition<MessageSchema>[] = [
  EndpointAnnouncement,
  EndpointQuery,
  RelayOpen,
  RelayCall,
  Challenge,
  ChallengeAnswer,
  Invite,
  Acknowledgment,
  SessionOpen,
  SessionAccept,
  Order,
  SyncAck,
  EncryptionKeyStatement,
  NodeConsent,
];

export const DOMAIN = musterDomain({ chainId: 31337, registry: getAddress('0xe7f1725e7734ce288f8367e1bb143e90bb3f0512') });
export const SIGNER = createSigner(`0x${'11'.repeat(32)}`);
export const RECEIVER = createSigner(`0x${'22'.repeat(32)}`).address;
export const AUDIENCE = audienceOfAddress(RECEIVER);
export const NOW = 1_800_000_000_000;

const bytes = (length: number) =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((array): Hex => `0x${Buffer.from(array).toString('hex')}`);
const uint32 = fc.nat(0xffff_ffff);
const address = bytes(20).map(getAddress);
const json = fc.jsonValue().map((value) => JSON.stringify(value));

/** By EIP-712 type, for the fields that take any value of it. */
const BY_TYPE = {
  uint256: fc.bigInt(0n, 2n ** 256n - 1n).map(String),
  uint64: fc.maxSafeNat(),
  uint32,
  bool: fc.boolean(),
  address,
  bytes32: bytes(32),
  bytes16: bytes(16),
  string: fc.string({ maxLength: 40 }),
} as const;

/** By name, for the fields that take less. */
const BY_FIELD: Readonly<Record<string, fc.Arbitrary<string | number | boolean>>> = {
  deadline: fc.maxSafeNat(),
  lostAfterMs: fc.nat(MAX_LOST_AFTER_MS),
  role: fc.constantFrom('validator', 'master'),
  endpoint: fc.webUrl({ validSchemes: ['http', 'https'] }).filter((url) => url.length < 256),
  masterUrl: fc.constantFrom('http://127.0.0.1:3000/master', 'https://muster.example/master'),
  // Kinds of challenges and of orders at once: no field of one is ever put into the other.
  params: json,
  result: json,
  body: json,
  sessionId: fc.uuid({ version: 4 }),
  orderId: fc.uuid({ version: 4 }),
  allocationId: fc.uuid({ version: 4 }),
  snapshotId: fc.uuid({ version: 4 }),
  volume: fc.stringMatching(/^[a-z0-9]{1,20}$/),
};
const KINDS: Readonly<Record<string, fc.Arbitrary<string>>> = {
  Challenge: fc.stringMatching(/^[a-z][a-z0-9-]{0,20}$/),
  Order: fc.constantFrom('start', 'stop', 'restart', 'inspect', 'sync', 'drain'),
};

/** Any message of this type that SIGNER may send to AUDIENCE at NOW. */
export function messageArbitrary(definition: MessageDefinition<MessageSchema>): fc.Arbitrary<Message> {
  const fields = Object.entries(definition.types).map(([name, type]) => [name, fieldArbitrary(definition, { name, type })] as const);
  return fc.record(Object.fromEntries(fields)).map((drawn) => fit(definition, drawn));
}

function fieldArbitrary({ name: messageName }: { name: string }, { name, type }: { name: string; type: keyof typeof BY_TYPE }) {
  const special = name === 'kind' ? KINDS[messageName] : BY_FIELD[name];
  return special ?? BY_TYPE[type];
}

/** Fields that hang together: who signs, for whom, until when, and an endpoint or a relay. */
function fit(definition: MessageDefinition<MessageSchema>, drawn: Message): Message {
  const { signerField, capMs } = definition;
  return {
    ...drawn,
    ...(signerField === null ? {} : { [signerField]: SIGNER.address }),
    ...(capMs === null ? {} : { audience: AUDIENCE, issuedAt: NOW - 1000, expiresAt: NOW - 1000 + capMs }),
    ...('relay' in drawn ? { endpoint: drawn['relay'] === true ? '' : (drawn['endpoint'] ?? '') } : {}),
  };
}
