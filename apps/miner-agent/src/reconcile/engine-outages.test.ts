import { expect, it } from 'vitest';
import { createEngineOutages } from './engine-outages.ts';

function setup() {
  let now = 100_000;
  const outages = createEngineOutages(() => now);
  return { outages, pass: (ms: number) => (now += ms), now: () => now };
}

it('knows which moments lie within an outage, from shortly before it was noticed to the next answer', () => {
  const { outages, pass, now } = setup();
  outages.answered();
  pass(10_000);
  outages.failed();
  pass(5_000);
  outages.failed();
  const during = now();
  expect(outages.includes(during)).toBe(true);
  pass(1_000);
  outages.answered();
  pass(1_000);
  expect([100_000, 107_999, 108_000, during, 116_000, 116_001, null].map((at) => outages.includes(at))).toEqual([
    false,
    false,
    true,
    true,
    true,
    false,
    false,
  ]);
});

it('reaches back behind an answer: an engine that is about to go still gives some', () => {
  const { outages, pass, now } = setup();
  outages.answered();
  const answered = now();
  pass(500);
  outages.failed();
  expect([outages.includes(answered - 1), outages.includes(answered - 1_501)]).toEqual([true, false]);
});

it('tells of no outage where there was none', () => {
  const { outages, pass, now } = setup();
  for (let look = 0; look < 5; look++) {
    outages.answered();
    pass(15_000);
  }
  expect(outages.includes(now() - 20_000)).toBe(false);
});
