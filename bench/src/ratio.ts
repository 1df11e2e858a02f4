import { loadavg } from 'node:os';
import { median } from './stats.ts';

export interface Side {
  name: string;
  /** One value per round, in the order of measuring. */
  rounds: number[];
  median: number;
}

/** One comparison: the product against a bare baseline of the same run. */
export interface Ratio {
  id: string;
  title: string;
  /** Unit of the rounds: answers per second, or milliseconds. */
  unit: '/s' | 'ms';
  product: Side;
  baseline: Side;
  /** Median of the product ÷ median of the baseline. */
  ratio: number;
  aim: { atLeast: number } | { atMost: number };
  met: boolean;
  /** One-minute load average at the start and the end: on a busy machine the rates are lower and the ratio is less sure. */
  load: { before: number; after: number };
  /** What was checked besides the speed, and what else helps to read the numbers. */
  notes: string[];
}

interface Contender {
  name: string;
  /** One round; resolves with its rate or duration. */
  measure: (round: number) => Promise<number>;
}

export interface Comparison extends Pick<Ratio, 'id' | 'title' | 'unit' | 'aim'> {
  rounds: number;
  product: Contender;
  baseline: Contender;
  signal: AbortSignal;
  /** Called after the last round. */
  notes: () => Promise<string[]> | string[];
}

/** Alternates the two sides round by round, and who goes first too, so that neither gets the quieter half of the machine's time. */
export async function compare(comparison: Comparison): Promise<Ratio> {
  const { id, title, unit, aim, rounds, product, baseline, signal, notes } = comparison;
  const before = currentLoad();
  const values = { product: [] as number[], baseline: [] as number[] };
  for (let round = 0; round < rounds; round += 1) {
    for (const side of round % 2 === 0 ? (['baseline', 'product'] as const) : (['product', 'baseline'] as const)) {
      signal.throwIfAborted();
      values[side].push(await comparison[side].measure(round));
    }
  }
  const ratio = median(values.product) / median(values.baseline);
  return {
    id,
    title,
    unit,
    aim,
    ratio,
    met: 'atLeast' in aim ? ratio >= aim.atLeast : ratio <= aim.atMost,
    product: { name: product.name, rounds: values.product, median: median(values.product) },
    baseline: { name: baseline.name, rounds: values.baseline, median: median(values.baseline) },
    load: { before, after: currentLoad() },
    notes: await notes(),
  };
}

const currentLoad = (): number => Math.round((loadavg()[0] ?? 0) * 100) / 100;
