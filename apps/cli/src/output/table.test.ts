import { describe, expect, it } from 'vitest';
import { formatFields, formatTable, oneLine } from './table.ts';

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

describe('oneLine', () => {
  it('removes escapes, and makes one line of several', () => {
    expect(oneLine('a\u001b[2J \n b ')).toBe('a[2J b ');
  });
});
