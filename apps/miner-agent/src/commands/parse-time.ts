import { parseDuration } from '@muster/protocol/units/duration';

export const TIME_EXPECTED = 'a time such as 18:00, +2h30m or 2030-01-31T18:00';

/** Unix ms of a moment that is to come: a time of today (or tomorrow, if it has passed), a distance from now, or a date and time; null for anything else. */
export function parseTime(text: string, now: number): number | null {
  const distance = text.startsWith('+') ? parseDuration(text.slice(1)) : undefined;
  if (distance !== undefined) return now + distance;
  const clock = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(text);
  if (clock) {
    const at = new Date(now);
    at.setHours(Number(clock[1]), Number(clock[2]), 0, 0);
    if (at.getTime() <= now) at.setDate(at.getDate() + 1);
    return at.getTime();
  }
  const moment = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  return moment > now ? moment : null;
}
