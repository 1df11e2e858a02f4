import { describe, expect, it } from 'vitest';
import { lastRewrite, parseAnsi, stripAnsi } from './ansi.ts';
import { LogBuffer, type LogChunk } from './log-buffer.ts';
import { findLines, splitHits } from './search.ts';

const chunk = (sequence: number, texts: string[], allocationId = 'a'): LogChunk => ({
  allocationId,
  sequence,
  lines: texts.map((text, index) => ({ at: sequence * 1000 + index, stream: 'stdout', text })),
});
const texts = (buffer: LogBuffer): string[] => buffer.snapshot.blocks.flatMap((block) => block.records.map((record) => record.text));

describe('log buffer', () => {
  it('ignores chunks that it has seen', () => {
    const buffer = new LogBuffer();
    expect(buffer.append([chunk(0, ['one'])])).toBe(true);
    expect(buffer.append([chunk(0, ['one'])])).toBe(false);
    expect(buffer.append([chunk(0, ['one']), chunk(1, ['two'])])).toBe(true);
    expect(texts(buffer)).toEqual(['one', 'two']);
  });

  it('counts sequences per allocation and merges what arrives together by time', () => {
    const buffer = new LogBuffer();
    buffer.append([chunk(2, ['late'], 'a'), chunk(1, ['early'], 'b')]);
    expect(texts(buffer)).toEqual(['early', 'late']);
  });

  it('never touches a full block again', () => {
    const buffer = new LogBuffer();
    buffer.append([
      chunk(
        0,
        Array.from({ length: 250 }, (_, index) => `line ${index}`),
      ),
    ]);
    const before = buffer.snapshot.blocks;
    buffer.append([chunk(1, ['more'])]);
    const after = buffer.snapshot.blocks;
    expect(after.map((block) => block.records.length)).toEqual([100, 100, 51]);
    expect(after[0]).toBe(before[0]);
    expect(after[1]).toBe(before[1]);
    expect(after[2]?.id).toBe(before[2]?.id);
  });

  it('drops the oldest blocks beyond its size and says how many lines', () => {
    const buffer = new LogBuffer({ maxLines: 150 });
    buffer.append([
      chunk(
        0,
        Array.from({ length: 300 }, (_, index) => `line ${index}`),
      ),
    ]);
    expect(buffer.snapshot.dropped).toBe(200);
    expect(buffer.snapshot.total).toBe(300);
    expect(texts(buffer)[0]).toBe('line 200');
  });
});

describe('program output', () => {
  it('keeps colours and drops every other escape', () => {
    expect(parseAnsi('\u001b[1;32mok\u001b[0m done\u001b[2K\u001b]0;title\u0007!')).toEqual([
      { text: 'ok', color: 'green', bold: true, dim: false },
      { text: ' done', color: null, bold: false, dim: false },
      { text: '!', color: null, bold: false, dim: false },
    ]);
  });

  it('skips the arguments of palettes that it does not know', () => {
    expect(parseAnsi('\u001b[38;5;196mred\u001b[38;2;1;2;3mtoo\u001b[31mhere').map((segment) => segment.color)).toEqual([
      null,
      null,
      'red',
    ]);
  });

  it('never lets a control character through', () => {
    expect([...stripAnsi('a\u0000b\u001b\u0007c\u0008')].every((char) => char >= ' ')).toBe(true);
  });

  it('shows the last state of a line that rewrites itself', () => {
    expect(lastRewrite('10%\r50%\r100%')).toBe('100%');
    expect(lastRewrite('plain\r')).toBe('plain');
  });
});

describe('search', () => {
  it('finds lines whatever their case, through colours', () => {
    const buffer = new LogBuffer();
    buffer.append([chunk(0, ['Epoch 1', 'lo\u001b[31mss\u001b[0m 0.5', 'epoch 2'])]);
    expect(findLines(buffer.snapshot, 'EPOCH')).toEqual([0, 2]);
    expect(findLines(buffer.snapshot, 'loss')).toEqual([1]);
    expect(findLines(buffer.snapshot, '')).toEqual([]);
  });

  it('cuts a text at its hits and loses nothing', () => {
    const pieces = splitHits('loss: LOSS loss', 'loss');
    expect(pieces.map((piece) => piece.text).join('')).toBe('loss: LOSS loss');
    expect(pieces.filter((piece) => piece.hit)).toHaveLength(3);
  });
});
