import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wallClock, windowAt, type Window } from './schedule.ts';

const MINUTE = 60_000;
const WEEK = 7 * 24 * 60;
/** A Sunday, 00:00 UTC. */
const SUNDAY = Date.UTC(2026, 10, 22);

const windows: fc.Arbitrary<Window> = fc.record({
  days: fc.uniqueArray(fc.nat(6), { minLength: 1 }),
  from: fc.nat(1439),
  to: fc.integer({ min: 0, max: 1440 }),
  text: fc.constant(''),
});

/** Every minute of the week that a window covers, laid out by hand. */
function minutesOf({ days, from, to }: Window): Set<number> {
  const length = to > from ? to - from : to + 1440 - from;
  return new Set(days.flatMap((day) => Array.from({ length }, (_, i) => (day * 1440 + from + i) % WEEK)));
}

describe('windowAt', () => {
  it('finds exactly the minutes that the window covers', () => {
    fc.assert(
      fc.property(windows, fc.array(fc.nat(WEEK - 1), { maxLength: 50 }), (window, samples) => {
        const covered = minutesOf(window);
        const edges = window.days.flatMap((day) => [day * 1440 + window.from, day * 1440 + window.from - 1, day * 1440 + window.to]);
        for (const minute of [...samples, ...edges.map((edge) => (edge + WEEK) % WEEK)]) {
          const found = windowAt({ timeZone: 'UTC', windows: [window], drain: false }, SUNDAY + minute * MINUTE + 59_999);
          expect(found !== null, `minute ${minute}`).toBe(covered.has(minute));
        }
      }),
    );
  });

  it('goes by the clock on the wall of its place, through summer time too', () => {
    const nights: Window = { days: [0, 1, 2, 3, 4, 5, 6], from: 22 * 60, to: 6 * 60, text: 'nights' };
    const vienna = { timeZone: 'Europe/Vienna', windows: [nights], drain: false };
    expect(windowAt(vienna, Date.UTC(2026, 0, 15, 20, 59))).toBeNull();
    expect(windowAt(vienna, Date.UTC(2026, 0, 15, 21, 0))).toBe(nights);
    expect(windowAt(vienna, Date.UTC(2026, 6, 15, 19, 59))).toBeNull();
    expect(windowAt(vienna, Date.UTC(2026, 6, 15, 20, 0))).toBe(nights);
    expect(windowAt(vienna, Date.UTC(2026, 6, 16, 4, 0))).toBeNull();
  });

  it('knows midnight', () => {
    expect(wallClock(SUNDAY, 'UTC')).toEqual({ day: 0, minute: 0 });
    expect(wallClock(SUNDAY - 1, 'UTC')).toEqual({ day: 6, minute: 1439 });
  });
});
