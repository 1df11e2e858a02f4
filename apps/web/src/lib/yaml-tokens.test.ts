import { describe, expect, it } from 'vitest';
import { tokenizeYamlLine } from './yaml-tokens.ts';

const kinds = (line: string) =>
  tokenizeYamlLine(line)
    .filter((token) => token.text.trim() !== '')
    .map((token) => `${token.kind}:${token.text.trim()}`);

describe('YAML colouring', () => {
  it('tells keys, numbers, strings and comments', () => {
    expect(kinds('  memory: 512MiB # enough')).toEqual(['key:memory', 'mark::', 'number:512MiB', 'comment:# enough']);
    expect(kinds("- name: 'data'")).toEqual(['mark:-', 'key:name', 'mark::', "string:'data'"]);
  });

  it('leaves an image alone, whatever digits it has', () => {
    expect(kinds('image: ghcr.io/org/train:1.2')).toEqual(['key:image', 'mark::', 'text:ghcr.io/org/train:1.2']);
  });

  it('takes # inside a word for text', () => {
    expect(kinds('command: a#b')).toEqual(['key:command', 'mark::', 'text:a#b']);
  });

  it.each(['', '   ', 'key:', '- [1, "two", {a: b}]', '"unclosed', "it's: ok"])('loses no character of %j', (line) => {
    expect(
      tokenizeYamlLine(line)
        .map((token) => token.text)
        .join(''),
    ).toBe(line);
  });
});
