import { describe, expect, it } from 'vitest';
import { didYouMean } from './did-you-mean.ts';

const COMMANDS = ['start', 'status', 'setup', 'drain', 'undrain', 'leave', 'logs'];

describe('what was probably meant', () => {
  it.each([
    ['drian', 'drain'],
    ['strat', 'start'],
    ['statsu', 'status'],
    ['STATUS', 'status'],
    ['lgs', 'logs'],
    ['und', 'undrain'],
  ])('takes %s for %s', (word, meant) => {
    expect(didYouMean(word, COMMANDS)).toBe(meant);
  });

  it.each(['', 'x', 'uninstall', 'a'.repeat(100)])('guesses nothing for %j', (word) => {
    expect(didYouMean(word, COMMANDS)).toBeUndefined();
  });
});
