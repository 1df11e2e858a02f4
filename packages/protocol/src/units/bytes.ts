import { scaled } from './scaled.ts';

/** Byte quantities as people write them: `512MiB`, `1.5GB`, `1TB`. Decimal and binary units; a bare number is bytes. */
const UNITS: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  PB: 1e15,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
  PiB: 2 ** 50,
};
const BY_LOWER_CASE = new Map(Object.entries(UNITS).map(([unit, factor]) => [unit.toLowerCase(), factor]));
// Largest first, so that formatting finds the shortest text.
const BY_SIZE = Object.entries(UNITS).toSorted(([, a], [, b]) => b - a);

export const BYTES_EXPECTED = 'a size such as 512MiB, 4GB or 1TB';

/** Whole bytes, or undefined for what is no size, not whole, or over 2^53 − 1. Case does not matter. */
export function parseBytes(text: string): number | undefined {
  const match = /^(\d{1,16}(?:\.\d{1,6})?)\s*([a-z]*)$/i.exec(text.trim());
  if (!match) return undefined;
  const [, number = '', unit = ''] = match;
  const factor = BY_LOWER_CASE.get(unit === '' ? 'b' : unit.toLowerCase());
  return factor === undefined ? undefined : scaled(number, factor);
}

/** The shortest exact text: parseBytes(formatBytes(n)) is n for every safe integer n ≥ 0. */
export function formatBytes(bytes: number): string {
  if (bytes === 0) return '0B';
  for (const [unit, factor] of BY_SIZE) {
    if (bytes % factor === 0) return `${bytes / factor}${unit}`;
  }
  return `${bytes}B`;
}
