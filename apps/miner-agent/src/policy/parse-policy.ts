import { formatPath } from '@muster/protocol/errors/path';
import { err, ok, type Result } from '@muster/protocol/errors/result';
import { didYouMean } from '@muster/protocol/units/did-you-mean';
import { LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { EXAMPLES, policyDocumentSchema, type PolicyDocument } from './policy-document.ts';
import { DEFAULT_POLICY, type Policy } from './policy.ts';
import type { Schedule } from './schedule.ts';

/** One mistake in the file: where, what was expected, and a line that would do there. */
export interface PolicyMistake {
  path: string;
  line: number | null;
  expected: string;
  example: string;
}

/** Reads a policy file's text; an empty one is the default policy. Nothing is ignored that is not understood. */
export function parsePolicy(source: string): Result<Policy, PolicyMistake[]> {
  const lines = new LineCounter();
  const document = parseDocument(source, { schema: 'failsafe', lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const [broken] = document.errors;
  if (broken) return err([{ path: '', line: lines.linePos(broken.pos[0]).line, expected: broken.message, example: exampleFor([]) }]);
  const value: unknown = document.toJS();
  const parsed = policyDocumentSchema.safeParse(value === null || value === '' ? {} : value, { reportInput: true });
  if (parsed.success) return ok(policyOf(parsed.data));
  const lineOf = (path: readonly PropertyKey[]): number | null => {
    for (let depth = path.length; depth > 0; depth -= 1) {
      const node: unknown = document.getIn(path.slice(0, depth), true);
      if (typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range))
        return lines.linePos(Number(node.range[0])).line;
    }
    return null;
  };
  return err(
    parsed.error.issues
      .slice(0, 20)
      .flatMap(toMistakes)
      .map((mistake) => ({ ...mistake, line: lineOf(mistake.at), path: formatPath(mistake.at) })),
  );
}

type Found = { at: PropertyKey[]; expected: string; example: string };

function toMistakes(issue: z.core.$ZodIssue): Found[] {
  const example = exampleFor(issue.path);
  if (issue.code === 'unrecognized_keys') {
    const known = knownAt(issue.path);
    return issue.keys.map((key) => {
      const meant = didYouMean(key, known);
      return {
        at: [...issue.path, key],
        example,
        expected: meant ? `is no rule; did you mean ${meant}?` : `is no rule; known here: ${known.join(', ')}`,
      };
    });
  }
  if (issue.code === 'invalid_union') {
    const [first] = issue.errors.flat();
    return [{ at: issue.path, example, expected: first?.message ?? issue.message }];
  }
  const missing = issue.code === 'invalid_type' && issue.input === undefined;
  return [{ at: issue.path, example, expected: missing && issue.path.length > 0 ? 'is missing' : lowerFirst(issue.message) }];
}

/** The names that the schema knows at a path; read off its own examples of what is there. */
function knownAt(path: readonly PropertyKey[]): string[] {
  const names = path.filter((part) => typeof part === 'string');
  return KNOWN[names.join('.')] ?? [];
}

const ROOM = ['cpu', 'memory', 'disk'];
const SCHEDULE = ['timezone', 'windows', 'drain'];
const WINDOW = ['days', 'from', 'to'];
const KNOWN: Readonly<Record<string, string[]>> = {
  '': Object.keys(policyDocumentSchema.shape),
  images: ['allow', 'block'],
  limits: ['each', 'all', 'allocations'],
  'limits.each': [...ROOM, 'gpus'],
  'limits.all': [...ROOM, 'gpus'],
  reserve: ROOM,
  features: ['gpu', 'egress', 'root', 'ports'],
  buyers: ['allow', 'block'],
  hours: SCHEDULE,
  maintenance: SCHEDULE,
  'hours.windows': WINDOW,
  'maintenance.windows': WINDOW,
};

function exampleFor(path: readonly PropertyKey[]): string {
  const names = path.filter((part) => typeof part === 'string');
  for (let depth = names.length; depth > 0; depth -= 1) {
    const example = EXAMPLES[names.slice(0, depth).join('.')];
    if (example !== undefined) return example;
  }
  return EXAMPLES[''] ?? '';
}

const lowerFirst = (text: string): string => text.slice(0, 1).toLowerCase() + text.slice(1);

function policyOf({ images, limits, reserve, features, buyers, hours, maintenance }: PolicyDocument): Policy {
  const { cpu, memory, disk } = reserve ?? {};
  return {
    images: { allow: images?.allow ?? null, block: images?.block ?? [] },
    limits: {
      each: limits?.each ?? {},
      all: limits?.all ?? {},
      maxAllocations: limits?.allocations ?? DEFAULT_POLICY.limits.maxAllocations,
    },
    reserve: {
      ...(cpu === undefined ? {} : { cpu }),
      ...(memory === undefined ? {} : { memoryBytes: memory }),
      ...(disk === undefined ? {} : { diskBytes: disk }),
    },
    features: {
      gpu: features?.gpu ?? DEFAULT_POLICY.features.gpu,
      egress: features?.egress ?? DEFAULT_POLICY.features.egress,
      root: features?.root ?? DEFAULT_POLICY.features.root,
      ports: features?.ports ?? DEFAULT_POLICY.features.ports,
    },
    buyers: { allow: buyers?.allow ?? null, block: buyers?.block ?? [] },
    hours: scheduleOf(hours),
    maintenance: scheduleOf(maintenance),
  };
}

function scheduleOf(written: PolicyDocument['hours']): Schedule | null {
  if (written === undefined) return null;
  const { timezone, windows, drain } = written;
  return { timeZone: timezone, windows, drain: drain ?? false };
}
