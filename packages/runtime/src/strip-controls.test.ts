import { describe, expect, it } from 'vitest';
import { stripControls, stripEscapedControls } from './strip-controls.ts';

const CONTROLS = 'a\tb\nc\u001b]0;title\u0007\u009b31m\r\b\f\u007f';

describe('stripControls', () => {
  it('removes what a terminal would obey, and keeps tabs and line feeds', () => {
    expect(stripControls(CONTROLS)).toBe('a\tb\nc]0;title31m');
  });
});

describe('stripEscapedControls', () => {
  it('does so in JSON, and leaves a written-out escape and every other character as they are', () => {
    const value = { msg: `${CONTROLS} "é😀\\u001b \\\\r `, n: 1 };
    expect(JSON.parse(stripEscapedControls(JSON.stringify(value)))).toEqual({ ...value, msg: stripControls(value.msg) });
  });
});
