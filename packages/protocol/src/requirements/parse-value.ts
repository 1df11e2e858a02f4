import { gpuModelSchema } from '../gpu-model.ts';
import { BYTES_EXPECTED, parseBytes } from '../units/bytes.ts';
import { RequirementMistake } from './mistake.ts';
import type { Range, Requirements } from './requirements.ts';
import { splitPiece, trimPiece, type Piece } from './split.ts';

export function parseCountRange(value: Piece, hint: string): Range {
  return parseRange(value, { read: readCount, expected: 'a whole number', hint });
}

export function parseBytesRange(value: Piece, hint: string): Range {
  return parseRange(value, { read: parseBytes, expected: BYTES_EXPECTED, hint });
}

/** `MODEL`, `MODEL:COUNT` or `COUNT`; without a count at least one. */
export function parseGpu(value: Piece, hint: string): NonNullable<Requirements['gpu']> {
  const [first, second, ...rest] = splitPiece(value, ':').map(trimPiece);
  if (first === undefined || rest.length > 0) throw new RequirementMistake(value, 'expected a model and a count', hint);
  if (second === undefined && /^[\d.]+$/.test(first.text)) return { count: parseCountRange(first, hint) };
  const model = parseModel(first, hint);
  return { model, count: second === undefined ? { min: 1 } : parseCountRange(second, hint) };
}

function parseModel(piece: Piece, hint: string): string {
  if (!gpuModelSchema.safeParse(piece.text).success) throw new RequirementMistake(piece, 'expected the name of a GPU model', hint);
  return piece.text.replace(/\s+/g, ' ');
}

type Reader = { read: (text: string) => number | undefined; expected: string; hint: string };

function parseRange(value: Piece, reader: Reader): Range {
  const [low, high, ...rest] = splitPiece(value, '..').map(trimPiece);
  if (low === undefined || rest.length > 0) throw new RequirementMistake(value, 'expected a range such as 2..8', reader.hint);
  if (high === undefined) return { min: readBound(low, reader) };
  if (low.text === '' && high.text === '') throw new RequirementMistake(value, 'the range has no bound', reader.hint);
  const range = {
    ...(low.text === '' ? {} : { min: readBound(low, reader) }),
    ...(high.text === '' ? {} : { max: readBound(high, reader) }),
  };
  if (range.min !== undefined && range.max !== undefined && range.min > range.max) {
    throw new RequirementMistake(value, 'the range ends below its start', 'Swap the two bounds.');
  }
  return range;
}

function readBound(piece: Piece, { read, expected, hint }: Reader): number {
  const bound = read(piece.text);
  if (bound === undefined) throw new RequirementMistake(piece, `expected ${expected}, found "${piece.text.slice(0, 40)}"`, hint);
  return bound;
}

function readCount(text: string): number | undefined {
  return /^\d{1,6}$/.test(text) ? Number(text) : undefined;
}
