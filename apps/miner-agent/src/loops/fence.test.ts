import { expect, it } from 'vitest';
import type { Lease } from '../state/lease-file.ts';
import { createFence } from './fence.ts';

const LOST_AFTER_MS = 800;

/** A machine on which agents live one after the other; a new boot has another name and a clock that begins anew. */
function setup() {
  let now = 10_000;
  let bootId = 'first';
  let kept: Lease | null = null;
  let writes = 0;
  const start = (lostAfterMs: number | null = LOST_AFTER_MS) =>
    createFence({
      clock: { now: () => now, bootId },
      kept,
      lostAfterMs,
      keep: (lease) => ([kept, writes] = [lease, writes + 1]),
    });
  return {
    start,
    pass: (ms: number) => (now += ms),
    reboot: () => ([now, bootId] = [5, 'second']),
    forget: () => (kept = null),
    writes: () => writes,
  };
}

it('cuts nobody off before there is a master', () => {
  const { start, pass } = setup();
  const fence = start(null);
  pass(1e9);
  expect(fence.cut()).toBeNull();
});

it('counts from the moment of asking, not from that of the answer', () => {
  const { start, pass } = setup();
  const fence = start();
  const asked = fence.now();
  pass(300);
  fence.contact(LOST_AFTER_MS, asked);
  pass(500);
  expect(fence.cut()).toBeNull();
  pass(1);
  expect(fence.cut()).toMatch(/out of reach/);
  fence.contact(2_000, fence.now());
  pass(2_000);
  expect(fence.cut()).toBeNull();
  // An answer that was overtaken by a later one sets nothing back.
  fence.contact(2_000, fence.now());
  fence.contact(2_000, fence.now() - 1_500);
  pass(2_000);
  expect(fence.cut()).toBeNull();
});

it('counts on over a restart of the agent, however often it is restarted', () => {
  const { start, pass } = setup();
  start().contact(LOST_AFTER_MS, 10_000);
  for (let life = 0; life < 8; life++) {
    expect(start().cut()).toBeNull();
    pass(100);
  }
  pass(1);
  for (let life = 0; life < 3; life++) expect(start().cut()).toMatch(/out of reach/);
});

it('takes another boot, and a contact that nobody knows of, for silence', () => {
  const { start, reboot, forget } = setup();
  start().contact(LOST_AFTER_MS, 10_000);
  reboot();
  expect(start().cut()).toMatch(/restarted/);
  const fence = start();
  fence.contact(LOST_AFTER_MS, fence.now());
  expect([fence.cut(), start().cut()]).toEqual([null, null]);
  forget();
  expect(start().cut()).toMatch(/not known/);
});

it('takes the contact of another boot for none also where the two clocks would fit', () => {
  const { start, reboot, pass } = setup();
  start().contact(LOST_AFTER_MS, 10_000);
  reboot();
  pass(10_000);
  expect(start().cut()).toMatch(/restarted/);
});

it('writes a contact down a few times per lease, and none that did not happen', () => {
  const { start, pass, writes } = setup();
  const fence = start();
  for (let beat = 0; beat < 100; beat++) {
    fence.contact(LOST_AFTER_MS, fence.now());
    pass(10);
  }
  expect(writes()).toBeLessThanOrEqual(11);
  // The last contact was 10 ms ago, what is written down up to 100 ms older: a restart may cost that much of the lease, and gives none.
  pass(LOST_AFTER_MS - 120);
  expect(start().cut()).toBeNull();
  pass(111);
  expect(start().cut()).toMatch(/out of reach/);
});
