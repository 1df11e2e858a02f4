import type { z } from 'zod';

import { didYouMean } from '../units/did-you-mean.ts';
import { taskDocumentSchema } from './task-document.ts';

export type DescribedIssue = { path: PropertyKey[]; message: string; hint?: string };

/** One zod issue in words; an unknown field becomes one issue per field, at the field itself. */
export function describeIssue(issue: z.core.$ZodIssue): DescribedIssue[] {
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownField(issue.path, key));
  if (issue.code === 'invalid_key') return [{ path: issue.path, message: issue.issues[0]?.message ?? 'this name is not allowed' }];
  if (issue.code === 'invalid_type' && issue.input === undefined) return [{ path: issue.path, message: missing(issue) }];
  return [{ path: issue.path, message: lowerFirst(issue.message) }];
}

function unknownField(parent: PropertyKey[], key: string): DescribedIssue {
  const known = knownFieldsAt(parent);
  const meant = didYouMean(key, known);
  const hint = meant ? `Did you mean ${meant}?` : `Known fields here: ${known.join(', ')}.`;
  return { path: [...parent, key], message: 'unknown field', hint };
}

const NESTED: Readonly<Record<string, readonly string[]>> = {
  resources: ['cpu', 'memory', 'shm', 'disk', 'gpu'],
  'resources.gpu': ['count', 'model', 'memory'],
  volumes: ['name', 'path'],
  restart: ['policy', 'maxRetries', 'backoff'],
};

function knownFieldsAt(path: readonly PropertyKey[]): readonly string[] {
  const names = path.filter((part) => typeof part === 'string');
  return names.length === 0 ? Object.keys(taskDocumentSchema.shape) : (NESTED[names.join('.')] ?? []);
}

function missing(issue: z.core.$ZodIssueInvalidType): string {
  return issue.path.length === 0 ? 'the document is empty' : 'this field is required';
}

function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}
