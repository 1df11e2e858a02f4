import { expect, it } from 'vitest';
import { createFence } from './fence.ts';

const setup = (initial: number | null) => {
  let now = 1_000;
  const fence = createFence(() => now, initial);
  return { fence, pass: (ms: number) => (now += ms) };
};

it('cuts nobody off before there is a master', () => {
  const { fence, pass } = setup(null);
  pass(1e9);
  expect(fence.isCut()).toBe(false);
});

it('counts from the last contact, and after a restart from the restart', () => {
  const { fence, pass } = setup(500);
  pass(500);
  expect(fence.isCut()).toBe(false);
  pass(1);
  expect(fence.isCut()).toBe(true);
  fence.contact(2_000);
  pass(2_000);
  expect(fence.isCut()).toBe(false);
  pass(1);
  expect(fence.isCut()).toBe(true);
});
