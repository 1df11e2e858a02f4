import type { ZodError } from 'zod';

export type InputIssue = { path: string; message: string };

/** The parts of an input that were wrong, as `path: what was expected`. */
export const zodIssues = (error: ZodError): InputIssue[] =>
  error.issues.map((issue) => ({ path: issue.path.map(String).join('.'), message: issue.message }));
