import { describe, expect, it } from 'vitest';
import { toJson } from './json.ts';

describe('toJson', () => {
  it.each([
    ['plain', { a: [1, 'two', null, true] }],
    ['a written-out escape', { a: '\\u0000 and \\ud800' }],
    ['characters of two halves', { a: '\u{1f600}' }],
  ])('keeps %s as it is', (_, value) => {
    expect(JSON.parse(toJson(value))).toEqual(value);
  });

  it('replaces what jsonb refuses, in keys too and at any depth', () => {
    expect(JSON.parse(toJson({ 'k\0': [{ a: '\ud800x' }, 'y\udc00'] }))).toEqual({ 'k\uFFFD': [{ a: '\uFFFDx' }, 'y\uFFFD'] });
  });

  it('writes undefined as null', () => {
    expect(toJson(undefined)).toBe('null');
  });

  it('refuses a bigint', () => {
    expect(() => toJson({ a: 1n })).toThrow(TypeError);
  });
});
