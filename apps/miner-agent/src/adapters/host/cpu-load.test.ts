import { expect, it } from 'vitest';
import { busyBetween } from './cpu-load.ts';

const times = (busy: number, idle: number) => ({ times: { user: busy, nice: 0, sys: 0, idle, irq: 0 } });

it('is as busy as the time that was not idle', () => {
  expect(busyBetween([times(10, 90), times(0, 100)], [times(60, 140), times(25, 175)])).toBeCloseTo(0.5 + 0.25);
  expect(busyBetween([], [times(30, 70)])).toBeCloseTo(0.3);
});

it('makes do with a thread that came, and clocks that stand still', () => {
  expect(busyBetween([times(1, 1)], [times(1, 1), times(1, 3)])).toBeCloseTo(0.25);
});
