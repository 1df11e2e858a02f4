/** What an escape sequence may do to a piece of text. Colours are names that the stylesheet maps, never values of the program's choice. */
export type AnsiColor = 'black' | 'red' | 'green' | 'yellow' | 'blue' | 'magenta' | 'cyan' | 'white';
type AnsiStyle = { color: AnsiColor | null; bold: boolean; dim: boolean };
export type AnsiSegment = AnsiStyle & { text: string };

const PLAIN: AnsiStyle = { color: null, bold: false, dim: false };
const COLORS: readonly AnsiColor[] = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'];

// CSI sequences, OSC sequences (ended by BEL or ST), and lone escapes; then every other control character but tab.
// oxlint-disable-next-line no-control-regex -- terminal output is what this reads
const ESCAPE = /\u001b(?:\[([\d;?]*)([@-~])|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|.?)/g;
// oxlint-disable-next-line no-control-regex -- and these are what must not get through
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f]/g;

/** Splits a line of program output into styled pieces; sequences that do more than colour are dropped. */
export function parseAnsi(line: string): AnsiSegment[] {
  const segments: AnsiSegment[] = [];
  let style = PLAIN;
  let from = 0;
  const push = (raw: string): void => {
    const text = raw.replaceAll(CONTROL, '');
    if (text !== '') segments.push({ ...style, text });
  };
  for (const match of line.matchAll(ESCAPE)) {
    push(line.slice(from, match.index));
    if (match[2] === 'm') style = applyCodes(style, match[1] ?? '');
    from = match.index + match[0].length;
  }
  push(line.slice(from));
  return segments;
}

/** The line as plain text. A progress bar rewrites its line with carriage returns: its last state is what counts. */
export const stripAnsi = (line: string): string =>
  parseAnsi(line)
    .map((segment) => segment.text)
    .join('');

export function lastRewrite(line: string): string {
  const trimmed = line.endsWith('\r') ? line.slice(0, -1) : line;
  return trimmed.slice(trimmed.lastIndexOf('\r') + 1);
}

function applyCodes(style: AnsiStyle, codes: string): AnsiStyle {
  let next = style;
  const numbers = codes === '' ? [0] : codes.split(';').map(Number);
  for (let index = 0; index < numbers.length; index += 1) {
    const code = numbers[index] ?? 0;
    // 38 and 48 take arguments: 5;n or 2;r;g;b. Those palettes are not ours, so they are skipped whole.
    if (code === 38 || code === 48) index += numbers[index + 1] === 2 ? 4 : 2;
    else next = applyCode(next, code);
  }
  return next;
}

function applyCode(style: AnsiStyle, code: number): AnsiStyle {
  if (code === 0) return PLAIN;
  if (code === 1) return { ...style, bold: true };
  if (code === 2) return { ...style, dim: true };
  if (code === 22) return { ...style, bold: false, dim: false };
  if (code === 39) return { ...style, color: null };
  if (code >= 30 && code <= 37) return { ...style, color: COLORS[code - 30] ?? null };
  if (code >= 90 && code <= 97) return { ...style, color: COLORS[code - 90] ?? null };
  return style;
}
