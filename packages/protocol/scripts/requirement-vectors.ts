import { formatRequirements } from '../src/requirements/format-requirements.ts';
import { parseRequirements } from '../src/requirements/parse-requirements.ts';

const VALID = [
  '',
  'cpu: 8',
  'cpu: 2.., memory: 4GB..',
  'gpu: H100:8, gpu.memory: 80GB.., cpu: 32.., memory: 256GB.., disk: 1TB..',
  'gpu: 1..',
  'gpu: RTX 4090',
  'gpu: A100:2..4, memory: 1.5TiB..2TiB',
  'disk: ..500GB',
];
/** Each with the part of the text that the error must point at. */
const INVALID = [
  { text: 'vram: 8GB..', at: 'vram', reason: 'an unknown key is an error, never "no requirement"' },
  { text: 'cpu: 8, memroy: 4GB', at: 'memroy', reason: 'a misspelt key' },
  { text: 'cpu: 8, cpu: 9', at: 'cpu', last: true, reason: 'a key given twice' },
  { text: 'cpu', at: 'cpu', reason: 'a key without a value' },
  { text: 'cpu: many', at: 'many', reason: 'not a number' },
  { text: 'cpu: 8..4', at: '8..4', reason: 'a range that ends below its start' },
  { text: 'cpu: ..', at: '..', reason: 'a range without a bound' },
  { text: 'memory: 4XB..', at: '4XB', reason: 'an unknown unit' },
  { text: 'cpu: 8, , disk: 1TB', at: '', from: 8, reason: 'an empty item' },
  { text: 'gpu: H100:8:2', at: 'H100:8:2', reason: 'more than a model and a count' },
  { text: 'gpu: :8', at: '', from: 5, reason: 'a count without the model that the colon promises' },
];

/** vectors/requirements.json: texts with their canonical form, and texts with the place of their mistake. */
export function requirementVectors() {
  return {
    description: 'The requirement language: `canonical` is how a valid text is written back; `at` is the offending part [start, end).',
    valid: VALID.map((text) => {
      const parsed = parseRequirements(text);
      if (!parsed.ok) throw new Error(`${text}: ${parsed.error.message}`);
      return { text, canonical: formatRequirements(parsed.value), requirements: parsed.value };
    }),
    refusals: INVALID.map(({ text, at, last, from, reason }) => {
      const start = from ?? (last ? text.lastIndexOf(at) : text.indexOf(at));
      return { text, code: 'REQUIREMENTS_INVALID', reason, at: { start, end: start + at.length } };
    }),
  };
}
