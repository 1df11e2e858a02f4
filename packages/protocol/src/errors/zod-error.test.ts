import { describe, expect, it } from 'vitest';
import { z } from 'zod';

import { fromZodError } from './zod-error.ts';

const schema = z.strictObject({ name: z.string(), list: z.array(z.strictObject({ size: z.int() })).optional() });

function refuse(value: unknown) {
  const { error } = schema.safeParse(value);
  if (!error) throw new Error('expected a refusal');
  return fromZodError(error, 'the form').toWire();
}

describe('fromZodError', () => {
  it('names the field that is malformed', () => {
    expect(refuse({ name: 'x', list: [{ size: 1 }, { size: 'big' }] })).toMatchObject({
      code: 'BAD_INPUT',
      message: expect.stringContaining('In the form, list[1].size:'),
      data: { issues: [{ path: 'list[1].size' }] },
    });
  });

  it('says which fields nobody knows, before anything else', () => {
    expect(refuse({ list: [{ size: 1, colour: 'red' }] })).toMatchObject({
      code: 'UNKNOWN_FIELD',
      message: 'In the form, list[0]: unknown field "colour".',
    });
  });

  it('does not repeat novels', () => {
    expect(refuse({ name: 'x', ['y'.repeat(100_000)]: 1 }).message.length).toBeLessThan(200);
    expect(refuse(Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`k${index}`, 1]))).message.length).toBeLessThan(200);
  });
});
