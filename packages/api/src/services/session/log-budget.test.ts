import { expect, it } from 'vitest';
import { createSettings } from '../../app/settings.ts';
import { createLogBudget } from './log-budget.ts';

const ADDRESS = '0x0000000000000000000000000000000000000001';
const session = { runId: '1', node: ADDRESS };
const chunk = (allocationId: string, sequence: number, chars = 952) => ({
  allocationId,
  sequence,
  lines: [{ at: 1, stream: 'stdout' as const, text: 'x'.repeat(chars) }],
});

function setup(logBytesPerSecond: { container: number; node: number }) {
  let now = 0;
  const settings = createSettings({
    chainId: 42_161,
    registry: ADDRESS,
    validatorSet: ADDRESS,
    deploymentBlock: 1,
    rpcUrl: 'http://rpc.example',
    isDev: false,
    publicUrl: 'https://muster.example',
    heartbeatMs: 30_000,
    version: 'test',
    limits: { logBytesPerSecond },
  });
  const budget = createLogBudget({ clock: { now: () => now, sleep: () => Promise.resolve() }, settings });
  const taken = (...chunks: ReturnType<typeof chunk>[]) =>
    budget.admit(session, chunks).map(({ allocationId, sequence }) => `${allocationId}${sequence}`);
  return { taken, wait: (ms: number) => (now += ms) };
}

it('takes a minute’s worth of a container at once, then what it may say, and of others all the same', () => {
  const { taken, wait } = setup({ container: 100, node: 1_000_000 });
  const flood = Array.from({ length: 8 }, (_, sequence) => chunk('a', sequence));
  expect(taken(...flood, chunk('b', 0))).toEqual(['a0', 'a1', 'a2', 'a3', 'a4', 'a5', 'b0']);
  expect(taken(chunk('a', 6))).toEqual([]);
  wait(10_000);
  expect(taken(chunk('a', 6), chunk('a', 7), chunk('a', 8))).toEqual(['a6']);
});

it('takes nothing behind what it does not take, so that a log arrives in order', () => {
  const { taken, wait } = setup({ container: 20, node: 1_000_000 });
  expect(taken(chunk('a', 0, 1_152), chunk('a', 1), chunk('a', 2, 1))).toEqual(['a0']);
  wait(10_000);
  expect(taken(chunk('a', 1), chunk('a', 2, 1))).toEqual(['a1']);
});

it('takes of a node no more than its own share, however many containers it has', () => {
  const { taken } = setup({ container: 100, node: 100 });
  expect(taken(...Array.from({ length: 10 }, (_, index) => chunk(String(index), 0)))).toHaveLength(6);
});
