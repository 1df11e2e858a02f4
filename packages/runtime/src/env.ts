import type { ZodObject, infer as Infer } from 'zod';

export interface EnvProblem {
  variable: string;
  expected: string;
  example?: string;
}

export class EnvError extends Error {
  override readonly name = 'EnvError';
  constructor(readonly problems: EnvProblem[]) {
    super(problems.map(describe).join('\n'));
  }
}

/**
 * Parses the environment by a zod object whose keys are variable names. An empty variable counts as unset.
 * Throws EnvError that lists every bad variable, what was expected and an example; values are never repeated, they may be secrets.
 */
export function parseEnv<S extends ZodObject>(
  schema: S,
  env: Readonly<Record<string, string | undefined>>,
  options: { examples?: Partial<Record<keyof Infer<S>, string>> } = {},
): Infer<S> {
  const known = Object.fromEntries(Object.keys(schema.shape).map((name) => [name, env[name] === '' ? undefined : env[name]]));
  const parsed = schema.safeParse(known);
  if (parsed.success) return parsed.data;
  const examples: Readonly<Record<string, string | undefined>> = options.examples ?? {};
  throw new EnvError(
    parsed.error.issues.map((issue) => {
      const variable = String(issue.path[0] ?? 'environment');
      const example = examples[variable];
      const expected = known[variable] === undefined && issue.path.length > 0 ? `is required (${issue.message})` : issue.message;
      return { variable, expected, ...(example === undefined ? {} : { example }) };
    }),
  );
}

function describe({ variable, expected, example }: EnvProblem): string {
  return `${variable}: ${expected}${example === undefined ? '' : `. Example: ${variable}=${example}`}`;
}

/** For the top of a main.ts: a bad environment prints its problems and exits with 2, without a stack trace. */
export function exitOnEnvError<T>(fn: () => T): T {
  try {
    return fn();
  } catch (error) {
    if (!(error instanceof EnvError)) throw error;
    process.stderr.write(`Bad configuration:\n${error.problems.map((problem) => `  ${describe(problem)}`).join('\n')}\n`);
    process.exit(2);
  }
}
