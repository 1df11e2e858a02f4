import { z } from 'zod';

import { taskDocumentSchema } from './task-document.ts';

/** The JSON Schema of what a buyer writes, for editors; published as packages/protocol/schemas/task-spec.json. */
export function taskSpecJsonSchema() {
  const schema = z.toJSONSchema(taskDocumentSchema, { io: 'input', target: 'draft-2020-12' });
  return { ...schema, title: 'Muster task spec' };
}
