const BYTE_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;

/** 536870912 → "512 MiB"; at most one decimal, none once the figure is long enough. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < BYTE_UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const digits = unit === 0 || value >= 100 ? 0 : 1;
  return `${value.toFixed(digits).replace(/\.0$/, '')} ${BYTE_UNITS[unit]}`;
}

/** 1536 → "1.5 KiB/s". */
export const formatRate = (bytesPerSecond: number): string => `${formatBytes(Math.round(bytesPerSecond))}/s`;

/** 0x1234…cdef: enough of it to tell two apart. */
export const shortHash = (value: string, head = 6, tail = 4): string =>
  value.length <= head + tail + 1 ? value : `${value.slice(0, head)}…${value.slice(-tail)}`;

const STEPS = [
  ['d', 86_400],
  ['h', 3_600],
  ['m', 60],
  ['s', 1],
] as const;

/** 3725000 → "1h 2m"; two units at most. */
export function formatDuration(ms: number): string {
  let seconds = Math.max(0, Math.round(ms / 1000));
  const parts: string[] = [];
  for (const [unit, size] of STEPS) {
    const count = Math.floor(seconds / size);
    if (count === 0 && parts.length === 0 && unit !== 's') continue;
    if (count > 0 || parts.length === 0) parts.push(`${count}${unit}`);
    seconds -= count * size;
    if (parts.length === 2) break;
  }
  return parts.join(' ');
}

/** "just now", "12s ago", "in 5m". */
export function formatRelative(atMs: number, nowMs: number): string {
  const delta = nowMs - atMs;
  if (Math.abs(delta) < 2_000) return 'just now';
  const text = formatDuration(Math.abs(delta)).split(' ')[0] ?? '';
  return delta > 0 ? `${text} ago` : `in ${text}`;
}

export const plural = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;

/** 0.734 → "73 %". */
export const formatPercent = (share: number): string => `${Math.round(Math.min(1, Math.max(0, share)) * 100)} %`;

/** HH:MM:SS.mmm in the reader's own time zone. */
export function formatClock(ms: number): string {
  const at = new Date(ms);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}.${String(at.getMilliseconds()).padStart(3, '0')}`;
}
