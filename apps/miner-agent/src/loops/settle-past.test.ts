import type { RegistrationOnChain } from '@muster/chain/actions/get-registration';
import type { Standing } from '@muster/domain/registry/standing';
import { zeroAddress } from 'viem';
import { expect, it } from 'vitest';
import { initialState, type AgentState } from '../state/agent-state.ts';
import { testCapabilities, testRegistration, TEST_NODE } from '../testing/test-record.ts';
import { settlePast } from './settle-past.ts';

async function settle(input: { registration: RegistrationOnChain | null; final: Standing; knownSeq: number | null }) {
  const ended: Standing[] = [];
  const base = initialState({ chainId: 31337, registry: zeroAddress, runId: '1', node: TEST_NODE });
  let state: AgentState = {
    ...base,
    drain: { reason: 'r', deadline: 1 },
    registration: input.knownSeq === null ? null : { seq: input.knownSeq, capabilities: testCapabilities },
  };
  await settlePast({
    chain: { readRegistration: async () => input.registration, readFinalStanding: async () => input.final },
    state: { get: () => state, update: async (change) => (state = change(state)) },
    onEnded: async (standing) => void ended.push(standing),
  });
  return { ended, drained: state.drain !== null };
}

it('ends what a registration that is over has left running', async () => {
  expect(await settle({ registration: testRegistration('Ejected'), final: 'Ejected', knownSeq: 1 })).toEqual({
    ended: ['Ejected'],
    drained: false,
  });
});

it.each([
  ['the RPC knows of no registration', { registration: null, final: 'None' as const, knownSeq: 1 }],
  ['the RPC lags behind our registration', { registration: testRegistration('Left', 1), final: 'Left' as const, knownSeq: 2 }],
  ['a reorg could still take it back', { registration: testRegistration('Ejected'), final: 'Approved' as const, knownSeq: 1 }],
  ['the registration lives', { registration: testRegistration('Approved'), final: 'Approved' as const, knownSeq: 1 }],
  ['there never was one', { registration: testRegistration('Left'), final: 'Left' as const, knownSeq: null }],
])('ends nothing when %s', async (_why, input) => {
  expect(await settle(input)).toEqual({ ended: [], drained: true });
});
