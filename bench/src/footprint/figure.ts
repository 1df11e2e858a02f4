/** One measured figure: against a baseline of the same run, or against a bound. */
export interface Figure {
  id: string;
  title: string;
  product: string;
  baseline: string | null;
  /** What is compared with the aim. */
  value: number;
  aim: { atMost: number };
  met: boolean;
  notes: string[];
}

export function figure(input: Omit<Figure, 'met' | 'notes'> & { notes?: string[] }): Figure {
  return { ...input, notes: input.notes ?? [], met: input.value <= input.aim.atMost };
}

export function formatFigures(figures: readonly Figure[]): string {
  const header = ['', 'product', 'baseline', 'value', 'aim', ''];
  const rows = figures.map(({ id, product, baseline, value, aim, met }) => [
    id,
    product,
    baseline ?? '–',
    value.toPrecision(3),
    `≤ ${aim.atMost}`,
    met ? 'met' : 'falls short',
  ]);
  const widths = header.map((_, column) => Math.max(...[header, ...rows].map((row) => (row[column] ?? '').length)));
  const lines = [header, ...rows].map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return [...lines, '', ...figures.flatMap(({ id, title, notes }) => [`${id}: ${title}`, ...notes.map((note) => `  ${note}`)])].join('\n');
}

export const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
