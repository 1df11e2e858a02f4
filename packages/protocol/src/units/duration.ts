import { scaled } from './scaled.ts';

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

export const DURATION_EXPECTED = 'a duration such as 500ms, 30s, 5m, 1h30m or 2d';

/** Whole milliseconds, or undefined for what is no duration. Parts add up, each unit at most once: `1h30m`. */
export function parseDuration(text: string): number | undefined {
  const parts = [...text.trim().matchAll(/(\d{1,12}(?:\.\d{1,3})?)(ms|s|m|h|d)/gy)];
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== text.trim()) return undefined;
  const units = parts.map((part) => part[2] ?? '');
  if (new Set(units).size !== units.length) return undefined;
  const values = parts.map(([, number = '', unit = '']) => scaled(number, UNIT_MS[unit] ?? 0));
  const ms = values.reduce<number>((sum, value) => sum + (value ?? Number.NaN), 0);
  return Number.isSafeInteger(ms) ? ms : undefined;
}

/** `1h30m`: parseDuration(formatDuration(n)) is n for every safe integer n ≥ 0. */
export function formatDuration(ms: number): string {
  let rest = ms;
  let text = '';
  for (const unit of ['d', 'h', 'm', 's', 'ms']) {
    const factor = UNIT_MS[unit] ?? 1;
    const count = Math.floor(rest / factor);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * factor;
  }
  return text === '' ? '0s' : text;
}
