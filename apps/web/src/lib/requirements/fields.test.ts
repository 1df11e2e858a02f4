import { parseRequirements } from '@muster/protocol/requirements/parse-requirements';
import { unwrap } from '@muster/protocol/errors/result';
import { describe, expect, it } from 'vitest';
import { fieldsOf, NO_FIELDS, sentencesOf, textOf } from './fields.ts';

const parsed = (text: string) => unwrap(parseRequirements(text));

describe('requirement fields', () => {
  it('reads the least amounts of a text', () => {
    expect(fieldsOf(parsed('cpu: 2..8, memory: 4GB.., gpu: H100:8, gpu.memory: 80GB..'))).toEqual({
      cpu: '2',
      memory: '4GB',
      disk: '',
      gpuCount: '8',
      gpuModel: 'H100',
      gpuMemory: '80GB',
    });
  });

  it('writes a text that reads back as the same fields', () => {
    const fields = { ...NO_FIELDS, cpu: '16', memory: '64GB', gpuCount: '2', gpuModel: 'A100' };
    expect(fieldsOf(parsed(textOf(fields, {})))).toEqual(fields);
  });

  it('keeps upper bounds that the form does not show', () => {
    const base = parsed('cpu: 2..8');
    expect(textOf({ ...fieldsOf(base), cpu: '4' }, base)).toBe('cpu: 4..8');
  });

  it('takes a bare number of memory as GB', () => {
    expect(textOf({ ...NO_FIELDS, memory: '32' }, {})).toBe('memory: 32GB..');
  });

  it('asks for one GPU when only a model is named', () => {
    expect(textOf({ ...NO_FIELDS, gpuModel: 'H100' }, {})).toBe('gpu: H100:1..');
  });

  it('leaves a mistake in the text for the parser to name', () => {
    expect(parseRequirements(textOf({ ...NO_FIELDS, memory: '32GX' }, {}))).toMatchObject({
      ok: false,
      error: { code: 'REQUIREMENTS_INVALID' },
    });
  });

  it('asks nothing when nothing is typed', () => {
    expect(textOf(NO_FIELDS, {})).toBe('');
    expect(sentencesOf({})).toEqual([]);
  });

  it('says requirements in words', () => {
    expect(sentencesOf(parsed('gpu: H100:8, gpu.memory: 80GB.., cpu: 2..8, disk: ..1TB'))).toEqual([
      'at least 8 H100 GPUs with at least 80GB each',
      '2 to 8 CPU threads',
      'at most 1TB of disk',
    ]);
  });
});
