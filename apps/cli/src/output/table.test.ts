import { describe, expect, it } from 'vitest';
import { formatFields, formatTable, oneLine, stripControls } from './table.ts';

describe('formatTable', () => {
  it('aligns columns and shows a dash for what is missing', () => {
    expect(
      formatTable(
        ['A', 'LONG'],
        [
          ['one', null],
          ['x', 'y'],
        ],
      ),
    ).toBe('A    LONG\none  -\nx    y');
  });

  it('keeps a cell from the network on its line', () => {
    expect(formatTable(['A'], [['one\ntwo\u001b[2Jthree']])).toBe('A\none two[2Jthree');
  });
});

describe('formatFields', () => {
  it('aligns names and leaves out what has no value', () => {
    expect(
      formatFields([
        ['run', '1'],
        ['closed', null],
        ['master', 'm'],
        ['nodes', 0],
      ]),
    ).toBe('run     1\nmaster  m\nnodes   0');
  });
});

describe('stripControls', () => {
  it('removes escapes, keeps tabs and line feeds', () => {
    expect(stripControls('a\tb\nc\u001b]0;title\u0007\u009b31m\r')).toBe('a\tb\nc]0;title31m');
    expect(oneLine(' a \n b ')).toBe(' a b ');
  });
});
