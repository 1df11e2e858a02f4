import { randomUUID } from 'node:crypto';
import { createEphemeral } from '@muster/protocol/crypto/mac';
import { createSigner } from '@muster/protocol/crypto/signer';
import { signMessage, verifyEnvelope } from '@muster/protocol/messages/define-message';
import { unwrap } from '@muster/protocol/errors/result';
import { audienceOfAddress, newHeader } from '@muster/protocol/messages/header';
import { SessionAccept } from '@muster/protocol/messages/session-accept';
import { SessionOpen } from '@muster/protocol/messages/session-open';
import { DOMAIN, NOW } from '@muster/protocol/testing/messages';
import { zeroAddress, zeroHash } from 'viem';
import { expect, it } from 'vitest';
import type { MasterLink } from '../adapters/master/master-link.ts';
import { initialState } from '../state/agent-state.ts';
import { openSession } from './open-session.ts';

const keyOf = (byte: string) => createSigner(`0x${byte.repeat(32)}`);
const [node, master, stranger] = [keyOf('44'), keyOf('55'), keyOf('66')] as const;

interface Answering extends Partial<SessionAccept> {
  signer?: typeof master;
}

/** A node that opens a session with a master which accepts as is said. */
function open({ signer = master, ...change }: Answering = {}) {
  let value = initialState({ chainId: 31_337, registry: zeroAddress, runId: '1', node: node.address });
  const link: MasterLink = {
    async call(_path, input) {
      const { envelope } = input instanceof Object && 'envelope' in input ? input : { envelope: null };
      const audience = audienceOfAddress(master.address);
      const { message, digest } = unwrap(verifyEnvelope(SessionOpen, envelope, { domain: DOMAIN, now: NOW, audience }));
      const accept = {
        ...newHeader({ runId: '1', sender: signer.address, audience: audienceOfAddress(message.sender), now: NOW, ttlMs: 30_000 }),
        openDigest: digest,
        sessionId: randomUUID(),
        generation: message.generation,
        ephemeralKey: createEphemeral().publicKey,
        heartbeatMs: 1_000,
        lostAfterMs: 4_000,
        ...change,
      };
      return { envelope: signMessage(SessionAccept, accept, { domain: DOMAIN, signer }) };
    },
    subscribe: () => undefined,
    close: async () => undefined,
    closed: new Promise(() => undefined),
  };
  return openSession({
    link,
    invite: {
      digest: zeroHash,
      master: master.address,
      masterEpoch: 1,
      seq: 1,
      masterUrl: 'https://master.example/master',
      lostAfterMs: 4_000,
      acceptedAt: NOW,
    },
    state: { get: () => value, update: async (update) => (value = update(value)) },
    domain: DOMAIN,
    signer: node,
    now: () => NOW,
    leastHeartbeatMs: 500,
  });
}

it("opens a session by the master's acceptance of this very request", async () => {
  expect(await open()).toMatchObject({ generation: 1, inviteDigest: zeroHash, heartbeatMs: 1_000, lostAfterMs: 4_000 });
});

it.each<[string, Answering, string]>([
  ['of another request', { openDigest: `0x${'ab'.repeat(32)}` }, 'RESPONSE_INVALID'],
  ['of another generation', { generation: 2 }, 'RESPONSE_INVALID'],
  ['by somebody else', { signer: stranger }, 'SIGNATURE_INVALID'],
  ['for another node', { audience: audienceOfAddress(stranger.address) }, 'AUDIENCE_WRONG'],
])('takes no acceptance %s', async (_name, change, code) => {
  await expect(open(change)).rejects.toMatchObject({ code });
});

it('agrees to no pace that would keep it beating without pause', async () => {
  expect(await open({ heartbeatMs: 1 })).toMatchObject({ heartbeatMs: 500 });
  expect(await open({ heartbeatMs: 0xffff_ffff })).toMatchObject({ heartbeatMs: 2_000 });
});
