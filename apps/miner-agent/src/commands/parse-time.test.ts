import { describe, expect, it } from 'vitest';
import { parseTime } from './parse-time.ts';

const now = new Date(2030, 0, 31, 12, 0, 0).getTime();
const MINUTE = 60_000;

describe('a deadline', () => {
  it('is a time of today, or of tomorrow when that has passed', () => {
    expect(parseTime('18:00', now)).toBe(now + 6 * 60 * MINUTE);
    expect(parseTime('9:30', now)).toBe(new Date(2030, 1, 1, 9, 30).getTime());
    expect(parseTime('12:00', now)).toBe(new Date(2030, 1, 1, 12, 0).getTime());
  });

  it('is a distance from now', () => expect(parseTime('+1h30m', now)).toBe(now + 90 * MINUTE));

  it('is a date and time that is to come', () => {
    expect(parseTime('2030-02-01T06:00:00Z', now)).toBe(Date.UTC(2030, 1, 1, 6));
    expect(parseTime('2029-02-01T06:00:00Z', now)).toBeNull();
  });

  it.each(['', 'soon', '25:00', '18:60', '2h', '+', '+2x', '1'])('is not %j', (text) => expect(parseTime(text, now)).toBeNull());
});
