import { describe, expect, it } from 'vitest';
import { parseInline, parseMarkdown } from './markdown.ts';

describe('markdown', () => {
  it('tells headings, paragraphs, lists and code apart', () => {
    const source = '# TITLE\n\nOne line\nand another.\n\n- first\n- second\n  goes on\n\n```sh\nchmod 600 key\n```\n';
    expect(parseMarkdown(source).map((block) => block.kind)).toEqual(['heading', 'paragraph', 'list', 'code']);
    expect(parseMarkdown(source)[1]).toEqual({ kind: 'paragraph', content: [{ kind: 'text', text: 'One line and another.' }] });
    expect(parseMarkdown(source)[2]).toMatchObject({ items: [[{ text: 'first' }], [{ text: 'second goes on' }]] });
    expect(parseMarkdown(source)[3]).toEqual({ kind: 'code', text: 'chmod 600 key' });
  });

  it('reads code, bold and links inside a line', () => {
    expect(parseInline('Set `A=1` **now**, see [B](B.md).')).toEqual([
      { kind: 'text', text: 'Set ' },
      { kind: 'code', text: 'A=1' },
      { kind: 'text', text: ' ' },
      { kind: 'strong', text: 'now' },
      { kind: 'text', text: ', see ' },
      { kind: 'link', text: 'B', href: 'B.md' },
      { kind: 'text', text: '.' },
    ]);
  });

  it('ends an open code fence with the text', () => {
    expect(parseMarkdown('```\nabc')).toEqual([{ kind: 'code', text: 'abc' }]);
  });
});
