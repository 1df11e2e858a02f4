import { expect, it } from 'vitest';
import type { RunChain } from '../ports/run-chain.ts';
import { testRegistration, testRun } from '../testing/test-record.ts';
import { ASK_ANEW, createRunView } from './run-view.ts';

function setup() {
  let now = 0;
  let asked = 0;
  const unused = () => Promise.reject(new Error('not part of this'));
  const chain: RunChain = {
    readRun: async () => ((asked += 1), testRun),
    readRegistration: async () => testRegistration('Approved'),
    readFinalStanding: unused,
    readNode: unused,
    readNextRound: unused,
    readMasterOf: unused,
    isValidator: unused,
    readTime: unused,
    register: unused,
    leave: unused,
  };
  return { view: createRunView(chain, () => now), asked: () => asked, pass: (ms: number) => (now += ms) };
}

it('asks the chain once for all who ask within seconds', async () => {
  const { view, asked, pass } = setup();
  await Promise.all(Array.from({ length: 100 }, () => view.run([])));
  pass(4_999);
  await view.run([]);
  expect(asked()).toBe(1);
  pass(1);
  await view.run([]);
  expect(asked()).toBe(2);
});

it('gives strangers no more of the RPC than a ration, which comes back with time', async () => {
  const { view, asked, pass } = setup();
  const ask = async (times: number) => {
    const turns = await Promise.allSettled(Array.from({ length: times }, () => view.run([], ASK_ANEW)));
    return turns.filter(({ status }) => status === 'rejected').length;
  };
  expect([await ask(100), asked()]).toEqual([60, 40]);
  pass(1_000);
  expect([await ask(100), asked()]).toEqual([90, 50]);
  await expect(view.run([], ASK_ANEW)).rejects.toMatchObject({ code: 'RATE_LIMITED', data: { retryAfterMs: 1_000 } });
});
