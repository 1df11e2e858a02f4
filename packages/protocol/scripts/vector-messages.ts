import type { Message } from '../src/messages/define-message.ts';
import { AUDIENCE, NOW, RECEIVER, SIGNER } from '../src/testing/messages.ts';

const header = {
  runId: '7',
  sender: SIGNER.address,
  audience: AUDIENCE,
  nonce: '0x000102030405060708090a0b0c0d0e0f',
  issuedAt: NOW - 1000,
  expiresAt: NOW + 29_000,
};
const hash = (byte: string) => `0x${byte.repeat(32)}`;
const uuid = (digit: string) => `${digit.repeat(8)}-${digit.repeat(4)}-4${digit.repeat(3)}-8${digit.repeat(3)}-${digit.repeat(12)}`;

/** One message of each type, written out so that other languages can read what we mean. */
export const VECTOR_MESSAGES: Readonly<Record<string, Message>> = {
  EndpointAnnouncement: {
    ...header,
    seq: 1,
    sequence: 3,
    endpoint: 'http://127.0.0.1:7700',
    relay: false,
    encryptionKey: hash('aa'),
    capabilitiesHash: hash('bb'),
  },
  EndpointQuery: { ...header, node: RECEIVER, role: 'validator' },
  RelayOpen: { ...header, seq: 1, sequence: 4 },
  RelayCall: { ...header, node: RECEIVER, role: 'master', sealedHash: hash('88') },
  Challenge: { ...header, seq: 1, round: 1, kind: 'matrix', params: '{"modulus":1048573,"seed":42,"size":64}' },
  ChallengeAnswer: { ...header, challengeDigest: hash('cc'), seq: 1, round: 1, result: '{"text":"Grüße, 世界 🌍"}' },
  Invite: { ...header, seq: 1, masterEpoch: 1, masterUrl: 'http://127.0.0.1:3000/master', heartbeatMs: 30_000, lostAfterMs: 120_000 },
  Acknowledgment: { ...header, inviteDigest: hash('dd'), seq: 1 },
  SessionOpen: { ...header, seq: 1, inviteDigest: hash('dd'), generation: 2, ephemeralKey: hash('ee'), orderEpoch: 1, orderCounter: 17 },
  SessionAccept: {
    ...header,
    openDigest: hash('ff'),
    sessionId: uuid('1'),
    generation: 2,
    ephemeralKey: hash('ee'),
    heartbeatMs: 30_000,
    lostAfterMs: 120_000,
  },
  Order: {
    runId: '7',
    node: RECEIVER,
    seq: 1,
    masterEpoch: 1,
    counter: 18,
    orderId: uuid('2'),
    kind: 'stop',
    body: `{"allocationId":"${uuid('3')}","epoch":1,"graceMs":10000,"reason":"the buyer asked for it"}`,
    issuedAt: NOW,
  },
  SyncAck: {
    runId: '7',
    node: SIGNER.address,
    seq: 1,
    orderId: uuid('2'),
    allocationId: uuid('3'),
    volume: 'checkpoints',
    snapshotId: uuid('4'),
    sha256: hash('99'),
    sizeBytes: 1_048_576,
    issuedAt: NOW,
  },
  EncryptionKeyStatement: { runId: '7', node: SIGNER.address, seq: 1, encryptionKey: hash('aa'), issuedAt: NOW },
  NodeConsent: {
    runId: '7',
    provider: RECEIVER,
    node: SIGNER.address,
    capabilitiesHash: hash('bb'),
    seq: 1,
    deadline: NOW / 1000 + 3600,
  },
};
