import { AppError } from '../errors/app-error.ts';
import { err, ok, type Result } from '../errors/result.ts';
import { didYouMean } from '../units/did-you-mean.ts';
import { RequirementMistake } from './mistake.ts';
import { parseBytesRange, parseCountRange, parseGpu } from './parse-value.ts';
import {
  MAX_REQUIREMENTS_BYTES,
  REQUIREMENT_KEYS,
  type RequirementKey,
  type Requirements,
  type RequirementsError,
} from './requirements.ts';
import { splitItems, type Piece } from './split.ts';

/**
 * Reads `cpu: 2.., memory: 4GB.., gpu: H100:8, gpu.memory: 80GB.., disk: 1TB..`. An empty text asks nothing.
 * A range is `2..8`, `2..` or `..8`; a bare value means at least that. An unknown key is an error, never "no requirement".
 */
export function parseRequirements(text: string): Result<Requirements, RequirementsError> {
  if (new TextEncoder().encode(text).length > MAX_REQUIREMENTS_BYTES) {
    return err(errorAt({ text, start: 0 }, `longer than ${MAX_REQUIREMENTS_BYTES} bytes`, 'Leave out what does not matter.'));
  }
  const requirements: Record<string, unknown> = {};
  const seen = new Set<RequirementKey>();
  for (const { key, value } of splitItems(text)) {
    try {
      const name = checkKey(key, seen);
      if (value === undefined) throw new RequirementMistake(key, `${name} has no value`, EXAMPLES[name]);
      Object.assign(requirements, READERS[name](value));
    } catch (error) {
      if (error instanceof RequirementMistake) return err(errorAt(error.piece, error.message, error.hint));
      throw error;
    }
  }
  return ok(requirements);
}

/** The same refusal as an AppError, for services. */
export function toAppError({ message, hint, at }: RequirementsError): AppError<'REQUIREMENTS_INVALID'> {
  return new AppError('REQUIREMENTS_INVALID', { publicMessage: message, hint, data: { at } });
}

const EXAMPLES: Record<RequirementKey, string> = {
  cpu: 'Write for example cpu: 8..',
  memory: 'Write for example memory: 32GB..',
  disk: 'Write for example disk: 1TB..',
  gpu: 'Write for example gpu: H100:8, or gpu: 1.. for any model.',
  'gpu.memory': 'Write for example gpu.memory: 80GB..',
};

const READERS: Record<RequirementKey, (value: Piece) => Requirements> = {
  cpu: (value) => ({ cpu: parseCountRange(value, EXAMPLES.cpu) }),
  memory: (value) => ({ memoryBytes: parseBytesRange(value, EXAMPLES.memory) }),
  disk: (value) => ({ diskBytes: parseBytesRange(value, EXAMPLES.disk) }),
  gpu: (value) => ({ gpu: parseGpu(value, EXAMPLES.gpu) }),
  'gpu.memory': (value) => ({ gpuMemoryBytes: parseBytesRange(value, EXAMPLES['gpu.memory']) }),
};

function checkKey(key: Piece, seen: Set<RequirementKey>): RequirementKey {
  const name = REQUIREMENT_KEYS.find((known) => known === key.text);
  if (name === undefined) {
    const meant = didYouMean(key.text, REQUIREMENT_KEYS);
    const hint = meant ? `Did you mean ${meant}?` : `Known keys: ${REQUIREMENT_KEYS.join(', ')}.`;
    throw new RequirementMistake(key, key.text === '' ? 'expected a key' : `unknown key "${key.text.slice(0, 40)}"`, hint);
  }
  if (seen.has(name)) throw new RequirementMistake(key, `${name} is given twice`, 'Keep one of them.');
  seen.add(name);
  return name;
}

function errorAt(piece: Piece, problem: string, hint: string): RequirementsError {
  const at = { start: piece.start, end: piece.start + piece.text.length };
  return { code: 'REQUIREMENTS_INVALID', message: `Requirements, at character ${piece.start + 1}: ${problem}.`, hint, at };
}
