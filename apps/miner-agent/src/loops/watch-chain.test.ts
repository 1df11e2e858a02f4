import type { RegistrationOnChain } from '@muster/chain/actions/get-registration';
import type { RunOnChain } from '@muster/chain/actions/get-run';
import type { Standing } from '@muster/domain/registry/standing';
import { AppError } from '@muster/protocol/errors/app-error';
import { createLoggerTo } from '@muster/runtime/logger';
import { zeroAddress, zeroHash } from 'viem';
import { describe, expect, it } from 'vitest';
import type { RunChain } from '../ports/run-chain.ts';
import { initialState, type AgentState } from '../state/agent-state.ts';
import { TEST_NODE, testRegistration, testRun } from '../testing/test-record.ts';
import { watchChain } from './watch-chain.ts';

/** Plays one answer per turn and notes what the loop concluded. */
async function play(turns: (Partial<RunChain> | 'rpc-down')[]) {
  const stop = new AbortController();
  const concluded: string[] = [];
  const events: string[] = [];
  let turn = -1;
  const answer = async <K extends 'readRun' | 'readRegistration' | 'readFinalStanding'>(
    name: K,
    fallback: Awaited<ReturnType<RunChain[K]>>,
  ) => {
    const now = turns[turn];
    if (now === 'rpc-down') throw new AppError('RPC_UNAVAILABLE');
    const read = now?.[name];
    return read ? read() : fallback;
  };
  const unused = () => Promise.reject(new Error('not part of this'));
  const chain: RunChain = {
    async readRun() {
      turn += 1;
      if (turn >= turns.length) stop.abort();
      return (await answer('readRun', testRun)) as RunOnChain;
    },
    readRegistration: async () => (await answer('readRegistration', testRegistration('Approved'))) as RegistrationOnChain | null,
    readFinalStanding: async () => (await answer('readFinalStanding', 'Approved')) as Standing,
    readNode: unused,
    readNextRound: unused,
    readMasterOf: unused,
    isValidator: unused,
    readTime: unused,
    register: unused,
    leave: unused,
  };
  let state: AgentState = initialState({ chainId: 31337, registry: zeroAddress, runId: '1', node: TEST_NODE });
  state = {
    ...state,
    invite: {
      digest: zeroHash,
      master: zeroAddress,
      masterEpoch: 1,
      seq: 1,
      masterUrl: 'http://127.0.0.1:1/master',
      lostAfterMs: 1,
      acceptedAt: 0,
    },
  };
  await watchChain({
    chain,
    seq: 1,
    pollMs: 1,
    signal: stop.signal,
    state: { get: () => state, update: async (change) => (state = change(state)) },
    logger: createLoggerTo({ write: (line) => void events.push(JSON.parse(line).event) }, { name: 'test' }),
    onRun: () => undefined,
    onEnded: (standing) => void concluded.push(standing),
    onMasterChanged: () => void concluded.push('master changed'),
  });
  return { concluded, events, state };
}

describe('watchChain', () => {
  it('sees the acceptance once', async () => {
    const { events, concluded } = await play([{ readRegistration: async () => testRegistration('Pending') }, {}, {}]);
    expect(events).toEqual(['standing.changed', 'acceptance.seen']);
    expect(concluded).toEqual([]);
  });

  it('takes no RPC failure, no empty and no lagging answer for an end', async () => {
    const { concluded, events } = await play([
      {},
      'rpc-down',
      'rpc-down',
      { readRegistration: async () => null },
      { readRegistration: async () => testRegistration('Left', 0) },
      {},
    ]);
    expect(concluded).toEqual([]);
    expect(events.filter((event) => event === 'rpc.unavailable')).toHaveLength(1);
  });

  it('ends only on a reading that no reorg takes back', async () => {
    const ejected = { readRegistration: async () => testRegistration('Ejected') };
    const { concluded } = await play([ejected, ejected, { ...ejected, readFinalStanding: async () => 'Ejected' as const }]);
    expect(concluded).toEqual(['Ejected']);
  });

  it('drops the invite of a master that was replaced', async () => {
    const { concluded, state } = await play([{ readRun: async () => ({ ...testRun, masterEpoch: 2 }) }]);
    expect(concluded).toEqual(['master changed']);
    expect(state.invite).toBeNull();
  });
});
