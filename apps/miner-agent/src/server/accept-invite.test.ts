import type { RunOnChain } from '@muster/chain/actions/get-run';
import type { Standing } from '@muster/domain/registry/standing';
import { createSigner } from '@muster/protocol/crypto/signer';
import { signMessage } from '@muster/protocol/messages/define-message';
import { audienceOfAddress, newHeader } from '@muster/protocol/messages/header';
import { Invite } from '@muster/protocol/messages/invite';
import { DOMAIN, NOW } from '@muster/protocol/testing/messages';
import { createLoggerTo } from '@muster/runtime/logger';
import { expect, it } from 'vitest';
import type { AcceptedInvite } from '../state/agent-state.ts';
import { testRegistration, testRun } from '../testing/test-record.ts';
import { createInviteDesk } from './accept-invite.ts';

const keyOf = (byte: string) => createSigner(`0x${byte.repeat(32)}`);
const [node, master, stranger] = [keyOf('44'), keyOf('55'), keyOf('66')] as const;

/** A run in the second term, with a master whose first term it is. */
function setup({ standing = 'Approved', run = {} }: { standing?: Standing; run?: Partial<RunOnChain> } = {}) {
  const accepted: AcceptedInvite[] = [];
  const seen = new Set<string>();
  const answers = async <T>(answer: T) => answer;
  const desk = createInviteDesk({
    domain: DOMAIN,
    signer: node,
    runId: '1',
    view: {
      run: () => answers({ ...testRun, master: master.address, masterEpoch: 2, ...run }),
      registration: () => answers(testRegistration(standing)),
      nextRound: () => answers(null),
      masterOf: ([epoch]) => answers(epoch === 1 ? stranger.address : null),
      isValidator: () => answers(false),
    },
    nonces: { remember: async (signer, nonce) => !seen.has(`${signer}${nonce}`) && Boolean(seen.add(`${signer}${nonce}`)) },
    allowPrivate: false,
    accept: async (invite) => void accepted.push(invite),
    logger: createLoggerTo({ write: () => undefined }, { name: 'test' }),
    now: () => NOW,
  });
  return { desk, accepted };
}

function invite({ signer = master, ...change }: Partial<Invite> & { signer?: typeof master } = {}) {
  const header = newHeader({ runId: '1', sender: signer.address, audience: audienceOfAddress(node.address), now: NOW, ttlMs: 60_000 });
  const fields = { seq: 1, masterEpoch: 2, heartbeatMs: 1_000, lostAfterMs: 4_000 };
  return signMessage(Invite, { ...header, ...fields, masterUrl: 'https://master.example/master', ...change }, { domain: DOMAIN, signer });
}

it("takes the invite of the run's present master, and that one once", async () => {
  const { desk, accepted } = setup();
  const envelope = invite();
  expect(await desk(envelope)).toMatchObject({ type: 'Acknowledgment' });
  await expect(desk(envelope)).rejects.toMatchObject({ code: 'NONCE_REPLAYED' });
  expect(accepted).toMatchObject([{ master: master.address, masterEpoch: 2, seq: 1, lostAfterMs: 4_000 }]);
});

it.each([
  ['of a stranger', invite({ signer: stranger }), {}, 'INVITE_FORGED'],
  ['of a master of an earlier term', invite({ signer: stranger, masterEpoch: 1 }), {}, 'INVITE_STALE_MASTER'],
  ['of the present master for another term', invite({ masterEpoch: 3 }), {}, 'INVITE_FORGED'],
  ['for an earlier registration', invite({ seq: 2 }), {}, 'STALE_REGISTRATION'],
  ['for another run', invite({ runId: '2' }), {}, 'AUDIENCE_WRONG'],
  ['to a node that the validators have not approved', invite(), { standing: 'Pending' }, 'NOT_APPROVED'],
  ["to an address of the node's own network", invite({ masterUrl: 'http://169.254.169.254/master' }), {}, 'ADDRESS_REFUSED'],
] as const)('refuses an invite %s', async (_name, envelope, chain, code) => {
  const { desk, accepted } = setup(chain);
  await expect(desk(envelope)).rejects.toMatchObject({ code });
  expect(accepted).toEqual([]);
});

it('refuses the invite of a master that would have it run on for weeks without a word, and names the field', async () => {
  const { desk, accepted } = setup();
  const envelope = invite();
  const endless = { ...envelope, message: { ...envelope.message, lostAfterMs: 3_600_001 } };
  const issue = { path: 'message.lostAfterMs', message: expect.stringContaining('within an hour') };
  await expect(desk(endless)).rejects.toMatchObject({ code: 'BAD_INPUT', data: { issues: [issue] } });
  expect(accepted).toEqual([]);
});
