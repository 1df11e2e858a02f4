import { stripControls } from '@muster/runtime/strip-controls';

/** Columns aligned with two spaces between them; a missing value shows as a dash. */
export function formatTable(headers: readonly string[], rows: readonly (readonly (string | null | undefined)[])[]): string {
  const cells = [headers, ...rows.map((row) => row.map((cell) => oneLine(cell ?? '') || '-'))];
  const widths = headers.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  return cells
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** One field per line, the names aligned. Fields without a value are left out. */
export function formatFields(fields: readonly (readonly [string, string | number | null | undefined])[]): string {
  const shown = fields.filter(([, value]) => value !== null && value !== undefined && value !== '');
  const width = Math.max(0, ...shown.map(([name]) => name.length));
  return shown.map(([name, value]) => `${name.padEnd(width)}  ${oneLine(String(value))}`).join('\n');
}

/** What the network sent must not move the cursor or forge a line. */
export const oneLine = (text: string): string => stripControls(text).replace(/\s*\n\s*/g, ' ');
