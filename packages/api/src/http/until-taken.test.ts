import { describe, expect, it } from 'vitest';
import { MUCH_BYTES, untilTaken } from './until-taken.ts';

const clientWith = (states: { readyState: number; bufferedAmount: number }[]) => {
  let looks = 0;
  const state = () => states[Math.min(looks, states.length - 1)] ?? { readyState: 3, bufferedAmount: 0 };
  return {
    OPEN: 1 as const,
    get readyState() {
      return state().readyState as 0 | 1 | 2 | 3;
    },
    get bufferedAmount() {
      const { bufferedAmount } = state();
      looks += 1;
      return bufferedAmount;
    },
    looks: () => looks,
  };
};

describe('untilTaken', () => {
  it('does not wait for a client that keeps up', async () => {
    const client = clientWith([{ readyState: 1, bufferedAmount: MUCH_BYTES }]);
    await untilTaken(client);
    expect(client.looks()).toBe(1);
  });

  it('waits while much lies there', async () => {
    const much = { readyState: 1, bufferedAmount: MUCH_BYTES + 1 };
    const client = clientWith([much, much, { readyState: 1, bufferedAmount: 0 }]);
    await untilTaken(client);
    expect(client.looks()).toBe(3);
  });

  it('does not wait for a client that is gone', async () => {
    const client = clientWith([
      { readyState: 1, bufferedAmount: MUCH_BYTES + 1 },
      { readyState: 3, bufferedAmount: MUCH_BYTES + 1 },
    ]);
    await untilTaken(client);
    expect(client.looks()).toBe(1);
  });
});
