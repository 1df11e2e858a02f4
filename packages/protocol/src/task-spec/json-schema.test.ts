import { expect, it } from 'vitest';

import { taskDocumentSchema } from './task-document.ts';
import { taskSpecJsonSchema } from './json-schema.ts';

it('describes every field, and forbids any other at every level', () => {
  const { properties = {}, additionalProperties, required } = taskSpecJsonSchema();
  expect(Object.keys(properties)).toEqual(Object.keys(taskDocumentSchema.shape));
  expect(additionalProperties).toBe(false);
  expect(required).toEqual(['image']);
  expect(properties['resources']).toMatchObject({ additionalProperties: false });
  expect(properties['volumes']).toMatchObject({ items: { additionalProperties: false } });
});
