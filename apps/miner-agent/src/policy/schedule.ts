/** Times of the week on the wall clock of a place. */
export interface Schedule {
  timeZone: string;
  windows: readonly Window[];
  /** Whether what runs is stopped when serving ends, or may go on until it ends by itself. */
  drain: boolean;
}

export interface Window {
  /** On which it begins; 0 is Sunday. */
  days: readonly number[];
  /** Minutes after midnight. `to` at or before `from` is on the day after; 1440 is midnight. */
  from: number;
  to: number;
  /** As the owner wrote it. */
  text: string;
}

const DAY = 24 * 60;

/** The window that this moment is in; null when it is in none. */
export function windowAt({ timeZone, windows }: Schedule, atMs: number): Window | null {
  const { day, minute } = wallClock(atMs, timeZone);
  return windows.find((window) => contains(window, day, minute)) ?? null;
}

function contains({ days, from, to }: Window, day: number, minute: number): boolean {
  const startsOn = (weekday: number) => days.includes((weekday + 7) % 7);
  if (from < to) return startsOn(day) && from <= minute && minute < to;
  return (startsOn(day) && minute >= from) || (startsOn(day - 1) && minute < to);
}

/** Weekday and minute of the day, as a clock on the wall shows them there. */
export function wallClock(atMs: number, timeZone: string): { day: number; minute: number } {
  const parts = Object.fromEntries(
    clockOf(timeZone)
      .formatToParts(atMs)
      .map(({ type, value }) => [type, value]),
  );
  return {
    day: WEEKDAYS.indexOf((parts['weekday'] ?? '').toLowerCase()),
    minute: (Number(parts['hour']) * 60 + Number(parts['minute'])) % DAY,
  };
}

export const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

/** A formatter costs a thousand times what using it does. */
const clocks = new Map<string, Intl.DateTimeFormat>();

function clockOf(timeZone: string): Intl.DateTimeFormat {
  const known = clocks.get(timeZone);
  if (known) return known;
  const clock = new Intl.DateTimeFormat('en-US', { timeZone, weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  clocks.set(timeZone, clock);
  return clock;
}

export function isTimeZone(name: string): boolean {
  try {
    clockOf(name);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
