import { beforeEach, expect, it, vi } from 'vitest';
import { chooseCases, randomOf, readCaseOptions, runCases, type Case } from './run-cases.ts';

const print = vi.spyOn(console, 'log');
beforeEach(() => void print.mockReset().mockReturnValue());
const printed = () => print.mock.calls.map(([line]) => String(line));
const quiet = new AbortController().signal;
const options = (...argv: string[]) => readCaseOptions(['--seed', '7', ...argv]);

it('draws a case’s chance from the seed and its name alone', () => {
  const draw = (seed: number, name: string) => randomOf(seed, name).int(0, 1_000_000);
  expect(draw(7, 'a')).toBe(draw(7, 'a'));
  expect(new Set([draw(7, 'a'), draw(7, 'b'), draw(8, 'a')]).size).toBe(3);
});

it('gives a case the same chance in whichever lane and order it runs', async () => {
  const drawn = async (names: string[], lanes: number) => {
    const seen = new Map<string, number>();
    const cases = names.map((name): Case => ({ name, run: async ({ random }) => String(seen.set(name, random.next()).size) }));
    await runCases({ title: 't', cases, options: options(), signal: quiet, lanes });
    return seen;
  };
  expect(await drawn(['a', 'b', 'c'], 1)).toEqual(await drawn(['c', 'a', 'b'], 3));
});

it('runs as many side by side as there are lanes, the next as soon as one has ended', async () => {
  const ends = new Map<string, () => void>();
  const began: string[] = [];
  const waiting = (name: string): Case => ({
    name,
    async run({ lane }) {
      began.push(`${name} in ${lane}`);
      await new Promise<void>((end) => ends.set(name, end));
      return 'seen';
    },
  });
  const all = runCases({ title: 't', cases: ['a', 'b', 'c'].map(waiting), options: options(), signal: quiet, lanes: 2 });
  expect(began).toEqual(['a in 0', 'b in 1']);
  ends.get('b')?.();
  await vi.waitFor(() => expect(began).toEqual(['a in 0', 'b in 1', 'c in 1']));
  for (const end of ends.values()) end();
  expect(await all).toBe(true);
  expect(printed().at(-1)).toBe('\n3 passed, 0 failed');
});

it('counts what fails and what was never begun, and says how to run the first of them again', async () => {
  const stopping = new AbortController();
  const failing: Case = { name: 'bad', run: () => Promise.reject(new Error('no')) };
  const last: Case = { name: 'last', run: async () => (stopping.abort(), 'seen') };
  const cases = [{ name: 'good', run: async () => 'seen' }, failing, last, { name: 'never', run: async () => 'seen' }];
  expect(await runCases({ title: 't', cases, options: options(), signal: stopping.signal })).toBe(false);
  expect(printed().slice(-2)).toEqual(['again: --seed 7 --only "bad"', '\n2 passed, 2 failed']);
});

it('gives up a case that does not end, and begins no other on what it holds', async () => {
  const cases = [
    { name: 'good', run: async () => 'seen' },
    { name: 'stuck', run: () => new Promise<never>(() => undefined) },
    { name: 'never', run: async () => 'seen' },
  ];
  expect(await runCases({ title: 't', cases, options: options(), signal: quiet, limitMs: 10 })).toBe(false);
  expect(printed()).toContainEqual(expect.stringContaining('✗ stuck: Error: it has not ended within 0.01 s'));
  expect(printed().slice(-2)).toEqual(['again: --seed 7 --only "stuck"', '\n1 passed, 2 failed']);
});

it('chooses by name and by quickness, and says what there is when nothing is chosen', () => {
  const cases = [{ name: 'one', quick: true }, { name: 'two' }, { name: 'three', quick: true }];
  const chosen = (...argv: string[]) => chooseCases(cases, options(...argv)).map(({ name }) => name);
  expect(chosen()).toEqual(['one', 'two', 'three']);
  expect(chosen('--quick')).toEqual(['one', 'three']);
  expect(chosen('--only', 'tw|thr')).toEqual(['two', 'three']);
  expect(() => chosen('--only', 'four')).toThrow(/no case is named like "four"; there are: one, two, three/);
});
