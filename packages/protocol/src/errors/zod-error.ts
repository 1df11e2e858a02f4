import type { z } from 'zod';

import { AppError } from './app-error.ts';
import { formatPath } from './path.ts';

export type InputIssue = { path: string; message: string };

/** A zod refusal as UNKNOWN_FIELD or BAD_INPUT, with every issue and its path in `data.issues`. */
export function fromZodError(error: z.core.$ZodError, what = 'the request'): AppError<'UNKNOWN_FIELD' | 'BAD_INPUT'> {
  const issues = error.issues.slice(0, 20).map(describe);
  const unknownField = error.issues.find((issue) => issue.code === 'unrecognized_keys');
  const first = unknownField ? describe(unknownField) : issues[0];
  const publicMessage = first && `In ${what}${first.path === '' ? '' : `, ${first.path}`}: ${first.message}.`;
  return new AppError(unknownField ? 'UNKNOWN_FIELD' : 'BAD_INPUT', { publicMessage, data: { issues } });
}

function describe(issue: z.core.$ZodIssue): InputIssue {
  if (issue.code !== 'unrecognized_keys') return { path: formatPath(issue.path), message: issue.message };
  const names = issue.keys.slice(0, 5).map((key) => JSON.stringify(key.slice(0, 60)));
  return { path: formatPath(issue.path), message: `unknown field ${names.join(', ')}` };
}
