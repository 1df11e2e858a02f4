import fc from 'fast-check';
import { expect, it } from 'vitest';
import { restBetweenBeats } from './pace.ts';

const uint32 = fc.oneof(fc.integer({ min: 0, max: 0xffff_ffff }), fc.constantFrom(0, 1, 2 ** 31 - 1, 2 ** 31, 0xffff_ffff));
const LEAST_MS = 500;
/** Beyond it a timer of Node.js fires at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

it('beats neither without pause nor at a time that no timer can wait for, whatever a master asks', () => {
  fc.assert(
    fc.property(uint32, uint32, (heartbeatMs, lostAfterMs) => {
      const rest = restBetweenBeats({ heartbeatMs, lostAfterMs }, LEAST_MS);
      expect(rest).toBeGreaterThanOrEqual(LEAST_MS);
      expect(rest).toBeLessThan(LONGEST_TIMER_MS);
      expect(Number.isInteger(rest)).toBe(true);
      // A master that asks for beats which come too late for it is served in time, unless that would be without pause.
      if (lostAfterMs >= 2 * LEAST_MS) expect(2 * rest).toBeLessThanOrEqual(lostAfterMs);
    }),
  );
});

it.each([
  ['as asked', { heartbeatMs: 30_000, lostAfterMs: 120_000 }, 30_000],
  ['not without pause', { heartbeatMs: 1, lostAfterMs: 120_000 }, LEAST_MS],
  ['in time for a master that asks for less than it waits for', { heartbeatMs: 120_000, lostAfterMs: 30_000 }, 15_000],
  ['every ten minutes at least', { heartbeatMs: 0xffff_ffff, lostAfterMs: 0xffff_ffff }, 600_000],
] as const)('beats %s', (_how, asked, rest) => {
  expect(restBetweenBeats(asked, LEAST_MS)).toBe(rest);
});
