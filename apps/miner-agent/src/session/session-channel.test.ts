import { randomBytes, randomUUID } from 'node:crypto';
import { sealFrame } from '@muster/protocol/crypto/mac';
import { zeroHash } from 'viem';
import { expect, it } from 'vitest';
import type { MasterLink } from '../adapters/master/master-link.ts';
import type { OpenedSession } from './open-session.ts';
import { createSessionChannel } from './session-channel.ts';

const keys = { nodeToMaster: randomBytes(32), masterToNode: randomBytes(32) };
const session: OpenedSession = {
  sessionId: randomUUID(),
  generation: 1,
  inviteDigest: zeroHash,
  keys,
  heartbeatMs: 1_000,
  lostAfterMs: 4_000,
};

interface Answer {
  counter: number;
  path: string;
  key: Uint8Array;
  sessionId: string;
}

/** A channel whose peer answers the first frame, number 1, as is said. */
function setup(change: Partial<Answer>) {
  const answer: Answer = { counter: 1, path: 'wantedOrders', key: keys.masterToNode, sessionId: session.sessionId, ...change };
  const link: MasterLink = {
    call: async () => ({ frame: sealFrame({ ...answer, direction: 'm2n', body: { orders: [] } }) }),
    subscribe: () => undefined,
    close: async () => undefined,
    closed: new Promise(() => undefined),
  };
  return createSessionChannel(session, { last: 0 }, link);
}
const START = { masterEpoch: 0, counter: 0 };

it('takes the answer that bears the number of its question', async () => {
  expect(await setup({}).wantedOrders(START)).toEqual([]);
});

it.each([
  ['to an earlier question', { counter: 0 }, 'COUNTER_REPLAYED'],
  ['to a later question', { counter: 2 }, 'COUNTER_REPLAYED'],
  ['to a question of another kind', { path: 'heartbeat' }, 'MAC_INVALID'],
  ['by another key', { key: keys.nodeToMaster }, 'MAC_INVALID'],
  ['of another session', { sessionId: randomUUID() }, 'MAC_INVALID'],
] as const)('takes no answer %s', async (_name, change, code) => {
  await expect(setup(change).wantedOrders(START)).rejects.toMatchObject({ code });
});
