import { isMap, LineCounter, parseDocument, type Document } from 'yaml';
import type { z } from 'zod';

import { canonicalJson } from '../canonical-json.ts';
import { AppError } from '../errors/app-error.ts';
import { formatPath } from '../errors/path.ts';
import { err, ok, type Result } from '../errors/result.ts';
import { describeIssue } from './describe-issue.ts';
import { isTooDeep } from './is-too-deep.ts';
import { normalise, WRITTEN_AS } from './normalise.ts';
import { taskDocumentSchema } from './task-document.ts';
import { taskSpecSchema, type TaskSpec } from './task-spec.ts';

export type TaskSpecIssue = {
  /** Where in the document: `volumes[0].path`; empty for the whole. */
  path: string;
  message: string;
  hint?: string;
  /** Where in the text, from 1; absent when a value was parsed. */
  line?: number;
  column?: number;
};

export type TaskSpecError = { code: 'TASK_SPEC_INVALID'; message: string; hint: string; issues: TaskSpecIssue[] };

/** Of the text, and of what it amounts to: a spec travels inside an order (order.ts), and aliases make a short text long. */
const MAX_CHARS = 131_072;

/** Reads a task spec from YAML or JSON text, or checks a value that was parsed already. Every issue names its path. */
export function parseTaskSpec(input: unknown): Result<TaskSpec, TaskSpecError> {
  if (typeof input !== 'string') return checkDocument(input);
  if (input.length > MAX_CHARS) return refuse([{ path: '', message: `longer than ${MAX_CHARS} characters` }]);
  if (isTooDeep(input)) return refuse([{ path: '', message: 'nested too deeply' }]);
  const lines = new LineCounter();
  const source = parseDocument(input, { lineCounter: lines, uniqueKeys: true, stringKeys: true });
  const mistakes = source.errors.map((error) => ({ path: '', message: firstLine(error.message), ...position(lines, error.pos[0]) }));
  if (mistakes.length > 0) return refuse(mistakes);
  const value = toValue(source);
  if (!value.ok) return refuse([{ path: '', message: value.error }]);
  return checkDocument(value.value, (path) => locate(source, { lines, path }));
}

/** The same refusal as an AppError, for services. */
export function toAppError({ message, hint, issues }: TaskSpecError): AppError<'TASK_SPEC_INVALID'> {
  return new AppError('TASK_SPEC_INVALID', { publicMessage: message, hint, data: { issues } });
}

type Position = { line?: number; column?: number };
type Locate = (path: readonly PropertyKey[]) => Position;

function checkDocument(value: unknown, locateIn: Locate = () => ({})): Result<TaskSpec, TaskSpecError> {
  const document = taskDocumentSchema.safeParse(value, { reportInput: true });
  if (!document.success) return refuse(toIssues(document.error, locateIn));
  const spec = taskSpecSchema.safeParse(normalise(document.data));
  if (!spec.success) return refuse(toIssues(spec.error, locateIn));
  if (canonicalJson(spec.data).length > MAX_CHARS) return refuse([{ path: '', message: `longer than ${MAX_CHARS} characters as JSON` }]);
  return ok(spec.data);
}

function toIssues(error: z.ZodError, locateIn: Locate): TaskSpecIssue[] {
  return error.issues.slice(0, 20).flatMap((issue) =>
    describeIssue(issue).map(({ path, ...rest }) => {
      const written = path.map((part) => (typeof part === 'string' ? (WRITTEN_AS[part] ?? part) : part));
      return { path: formatPath(written), ...rest, ...locateIn(written) };
    }),
  );
}

function refuse(issues: TaskSpecIssue[]): Result<TaskSpec, TaskSpecError> {
  const [first] = issues;
  const place = first?.path ? `, ${first.path}` : '';
  const line = first?.line === undefined ? '' : ` (line ${first.line})`;
  const more = issues.length > 1 ? ` And ${issues.length - 1} more.` : '';
  const message = `Task spec${place}${line}: ${first?.message ?? 'not understood'}.${more}`;
  return err({ code: 'TASK_SPEC_INVALID', message, hint: first?.hint ?? 'Correct the path that is named.', issues });
}

/** YAML allows a short text to name a billion laughs; its aliases are refused where they would grow beyond reason. */
function toValue(source: Document): Result<unknown, string> {
  try {
    return ok(source.toJS({ maxAliasCount: 50 }));
  } catch (error) {
    if (error instanceof ReferenceError) return err('too many aliases');
    throw error;
  }
}

/** The line of the key when there is one, else of the nearest parent. */
function locate(source: Document, { lines, path }: { lines: LineCounter; path: readonly PropertyKey[] }): Position {
  for (let depth = path.length; depth >= 0; depth--) {
    const offset = offsetOf(source, path.slice(0, depth));
    if (offset !== undefined) return position(lines, offset);
  }
  return {};
}

function offsetOf(source: Document, path: readonly PropertyKey[]): number | undefined {
  if (path.length === 0) return rangeStart(source.contents);
  const parent = source.getIn(path.slice(0, -1), true);
  const last = path.at(-1);
  if (isMap(parent)) {
    const pair = parent.items.find((item) => String(item.key) === last);
    const key: unknown = pair?.key;
    return rangeStart(key);
  }
  return rangeStart(source.getIn(path, true));
}

function rangeStart(node: unknown): number | undefined {
  if (typeof node !== 'object' || node === null || !('range' in node) || !Array.isArray(node.range)) return undefined;
  const start: unknown = node.range[0];
  return typeof start === 'number' ? start : undefined;
}

function position(lines: LineCounter, offset: number): { line: number; column: number } {
  const { line, col } = lines.linePos(offset);
  return { line, column: col };
}

function firstLine(text: string): string {
  return (text.split('\n')[0] ?? text).replace(/ at line \d+, column \d+:?$/, '');
}
