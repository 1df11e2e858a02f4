import { parseArgs } from 'node:util';
import { within } from '@muster/runtime/within';
import { createRandom, type Random } from './random.ts';

export interface CaseContext {
  random: Random;
  signal: AbortSignal;
  /** Which of the lanes it runs in, from 0. */
  lane: number;
}

/** One thing done to the product, and what came of it. */
export interface Case {
  name: string;
  /** Part of the selection that `npm test` runs; the rest is for `.ci/run` and a person. */
  quick?: boolean;
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

/** Those that the options ask for, in the order given. Throws when there is none. */
export function chooseCases<T extends Pick<Case, 'name' | 'quick'>>(cases: readonly T[], { only, quick }: CaseOptions): T[] {
  const texts = only?.split('|') ?? [''];
  const chosen = cases.filter((one) => (!quick || one.quick === true) && texts.some((text) => one.name.includes(text)));
  if (chosen.length > 0) return chosen;
  throw new TypeError(`no case is named like "${only}"; there are: ${cases.map(({ name }) => name).join(', ')}`);
}

export interface CaseRun {
  title: string;
  /** As chosen. */
  cases: readonly Case[];
  options: CaseOptions;
  /** The cases that run are ended, and no other is begun. */
  signal: AbortSignal;
  /** So many cases run side by side, each as soon as one before it has ended. */
  lanes?: number;
  /** A case that has not ended within this has failed, and no other is begun: it may hold what they need. */
  limitMs?: number;
}

/** Several times what the longest takes on a machine that is many times slower than ours, and far from what a whole run may take. */
const LIMIT_MS = 600_000;

/** Runs the cases, each with its own stream of chance, prints a line per case and the closing count. */
export async function runCases({ title, cases, options, signal, lanes = 1, limitMs = LIMIT_MS }: CaseRun): Promise<boolean> {
  const print = options.json ? console.error : console.log;
  print(`${title}: ${cases.length} cases, seed ${options.seed}`);
  const results = new Map<Case, CaseResult>();
  const waiting = cases.values();
  let hasStuck = false;
  const inTime = async (work: Promise<string>): Promise<string> => {
    if (await within(limitMs, work)) return work;
    hasStuck = true;
    throw new Error(`it has not ended within ${limitMs / 1000} s`);
  };
  const runLane = async (lane: number) => {
    for (const one of waiting) {
      if (signal.aborted || hasStuck) return;
      const result = await runCase(one.name, () => inTime(one.run({ random: randomOf(options.seed, one.name), signal, lane })));
      results.set(one, result);
      print(`${result.ok ? '✓' : '✗'} ${result.name}: ${result.seen} (${(result.ms / 1000).toFixed(1)} s)`);
    }
  };
  await Promise.all(Array.from({ length: lanes }, (_, lane) => runLane(lane)));
  const inOrder = cases.flatMap((one) => results.get(one) ?? []);
  const failed = cases.length - inOrder.filter(({ ok }) => ok).length;
  if (options.json) process.stdout.write(`${JSON.stringify({ ok: failed === 0, seed: options.seed, cases: inOrder })}\n`);
  else if (failed > 0) print(`again: --seed ${options.seed} --only "${inOrder.find(({ ok }) => !ok)?.name ?? ''}"`);
  print(`\n${cases.length - failed} passed, ${failed} failed`);
  return failed === 0;
}

/** A case's chance follows from the seed and its name: not from the cases before it, nor from where it runs. */
export const randomOf = (seed: number, name: string): Random => createRandom(seed ^ hash(name));

async function runCase(name: string, run: () => Promise<string>): Promise<CaseResult> {
  const startedAt = performance.now();
  const done = (ok: boolean, seen: string): CaseResult => ({ name, ok, seen, ms: Math.round(performance.now() - startedAt) });
  try {
    return done(true, await run());
  } catch (error) {
    return done(false, error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
}

const hash = (text: string): number => [...text].reduce((sum, letter) => Math.imul(sum, 31) + (letter.codePointAt(0) ?? 0), 7) >>> 0;
