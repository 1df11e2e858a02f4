import { parseArgs } from 'node:util';
import { createRandom, type Random } from './random.ts';

export interface CaseContext {
  random: Random;
  signal: AbortSignal;
}

/** One thing done to the product, and what came of it. */
export interface Case {
  name: string;
  /** Part of the selection that `npm test` runs; the rest is for `.ci/run` and a person. */
  quick: boolean;
  /** What was seen, in a sentence. Throws when that is not what should be. */
  run(context: CaseContext): Promise<string>;
}

export interface CaseResult {
  name: string;
  ok: boolean;
  seen: string;
  ms: number;
}

export interface CaseOptions {
  seed: number;
  json: boolean;
  /** Only the quick ones. */
  quick: boolean;
  /** Only those whose name contains this, or one of several that are divided by `|`. */
  only: string | null;
}

/** `--seed N`, `--json`, `--quick`, `--only TEXT`. Without a seed, one is chosen and printed. */
export function readCaseOptions(argv: readonly string[]): CaseOptions {
  const { values } = parseArgs({
    args: [...argv],
    options: { seed: { type: 'string' }, json: { type: 'boolean' }, quick: { type: 'boolean' }, only: { type: 'string' } },
  });
  const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed);
  if (!Number.isSafeInteger(seed) || seed < 0) throw new TypeError(`--seed is ${values.seed}; expected a whole number such as 42`);
  return { seed, json: values.json ?? false, quick: values.quick ?? false, only: values.only ?? null };
}

/** Runs the cases one after the other, each with its own stream of chance, prints a line per case and the closing count. */
export async function runCases(title: string, cases: readonly Case[], options: CaseOptions, signal: AbortSignal): Promise<boolean> {
  const print = options.json ? console.error : console.log;
  const texts = options.only?.split('|') ?? [''];
  const chosen = cases.filter(({ name, quick }) => (!options.quick || quick) && texts.some((text) => name.includes(text)));
  if (chosen.length === 0)
    throw new TypeError(`no case is named like "${options.only}"; there are: ${cases.map(({ name }) => name).join(', ')}`);
  print(`${title}: ${chosen.length} cases, seed ${options.seed}`);
  const results: CaseResult[] = [];
  for (const one of chosen) {
    if (signal.aborted) break;
    const result = await runCase(one, { random: createRandom(options.seed ^ hash(one.name)), signal });
    results.push(result);
    print(`${result.ok ? '✓' : '✗'} ${result.name}: ${result.seen} (${(result.ms / 1000).toFixed(1)} s)`);
  }
  const failed = chosen.length - results.filter(({ ok }) => ok).length;
  if (options.json) process.stdout.write(`${JSON.stringify({ ok: failed === 0, seed: options.seed, cases: results })}\n`);
  else if (failed > 0) print(`again: --seed ${options.seed} --only "${results.find(({ ok }) => !ok)?.name ?? ''}"`);
  print(`\n${chosen.length - failed} passed, ${failed} failed`);
  return failed === 0;
}

async function runCase({ name, run }: Case, context: CaseContext): Promise<CaseResult> {
  const startedAt = performance.now();
  const done = (ok: boolean, seen: string): CaseResult => ({ name, ok, seen, ms: Math.round(performance.now() - startedAt) });
  try {
    return done(true, await run(context));
  } catch (error) {
    return done(false, error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
}

const hash = (text: string): number => [...text].reduce((sum, letter) => Math.imul(sum, 31) + (letter.codePointAt(0) ?? 0), 7) >>> 0;
