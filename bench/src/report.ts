import type { Ratio } from './ratio.ts';

const rate = (value: number, unit: Ratio['unit']): string =>
  unit === 'ms' ? `${value.toFixed(0)} ms` : `${Math.round(value).toLocaleString('en')}/s`;
const aimOf = ({ aim }: Ratio): string => ('atLeast' in aim ? `≥ ${aim.atLeast}` : `≤ ${aim.atMost}`);
const spread = (rounds: readonly number[], unit: Ratio['unit']): string =>
  `${rate(Math.min(...rounds), unit)} … ${rate(Math.max(...rounds), unit)}`;

/** The table, and below it what each row compares. */
export function formatReport(ratios: readonly Ratio[]): string {
  const header = ['', 'product', 'baseline', 'ratio', 'aim', '', 'load'];
  const rows = ratios.map((ratio) => {
    const { id, product, baseline, unit, load, met } = ratio;
    const verdict = met ? 'met' : 'falls short';
    return [
      id,
      rate(product.median, unit),
      rate(baseline.median, unit),
      ratio.ratio.toFixed(2),
      aimOf(ratio),
      verdict,
      `${load.before} → ${load.after}`,
    ];
  });
  const widths = header.map((_, column) => Math.max(...[header, ...rows].map((row) => (row[column] ?? '').length)));
  const lines = [header, ...rows].map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return [...lines, '', ...ratios.flatMap(describe)].join('\n');
}

function describe({ id, title, unit, product, baseline, notes }: Ratio): string[] {
  return [
    `${id}: ${title}`,
    `  product   ${product.name}; ${product.rounds.length} rounds, ${spread(product.rounds, unit)}`,
    `  baseline  ${baseline.name}; ${baseline.rounds.length} rounds, ${spread(baseline.rounds, unit)}`,
    ...notes.map((note) => `  ${note}`),
  ];
}
