import { expect, it } from 'vitest';
import { checkClock, type ClockReadings } from './clock-check.ts';

const HOUR_MS = 3_600_000;
const at = (aheadMs: number) => ({ ours: 1_000_000_000 + aheadMs, theirs: 1_000_000_000 });
const readings = (change: Partial<ClockReadings>): ClockReadings => ({ chain: at(0), discovery: at(0), ntp: true, ...change });

it.each([
  ['agrees', {}, 'info', /agrees with discovery/],
  ['is ten minutes ahead of discovery', { discovery: at(600_000) }, 'error', /600 s ahead of discovery/],
  ['is ten minutes behind discovery', { discovery: at(-600_000) }, 'error', /600 s behind discovery/],
  ['is behind the chain', { discovery: null, chain: at(-60_000) }, 'error', /60 s behind the chain/],
  ['is ahead of an idle chain', { discovery: null, chain: at(HOUR_MS) }, 'info', /not behind/],
  ['is kept by nobody', { ntp: false }, 'warning', /NTP/],
  ['is kept by nobody and wrong', { ntp: false, discovery: at(-20_000) }, 'error', /behind/],
  ['cannot be compared', { chain: null, discovery: null, ntp: null }, 'warning', /cannot be compared/],
])('a clock that %s', (_case, change, severity, reason) => {
  expect(checkClock(readings(change))).toMatchObject({ id: 'clock', severity, reason: expect.stringMatching(reason) });
});
