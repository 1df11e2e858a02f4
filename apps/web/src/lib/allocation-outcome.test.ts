import { describe, expect, it } from 'vitest';
import { explainExit, pullShare, pullText, ranFor } from './allocation-outcome.ts';

describe('what became of a container', () => {
  it.each([
    [0, false, 'Exit code 0'],
    [1, false, 'Exit code 1'],
    [127, false, 'Exit code 127: the command was not found in the image'],
    [137, false, 'Exit code 137: ended by SIGKILL'],
    [137, true, 'Killed because it ran out of memory (exit code 137)'],
    [null, false, null],
  ])('explains exit code %s (out of memory: %s)', (exitCode, oomKilled, text) => {
    expect(explainExit({ exitCode, oomKilled })).toBe(text);
  });

  it('says how long it ran, until now while it runs', () => {
    const startedAt = '2026-01-01T00:00:00.000Z';
    expect(ranFor({ startedAt, endedAt: '2026-01-01T00:01:05.000Z' }, null)).toBe('1m 5s');
    expect(ranFor({ startedAt, endedAt: null }, Date.parse(startedAt) + 2_000)).toBe('2s');
    expect(ranFor({ startedAt, endedAt: null }, null)).toBeNull();
    expect(ranFor({ startedAt: null, endedAt: null }, 0)).toBeNull();
  });

  it('tells the progress of a pull, with and without a known end', () => {
    expect(pullText({ current: 1024, total: 2048 })).toBe('1 KiB of 2 KiB');
    expect(pullText({ current: 1024, total: 0 })).toBe('1 KiB');
    expect(
      [
        { current: 1, total: 4 },
        { current: 5, total: 4 },
        { current: 0, total: 0 },
      ].map(pullShare),
    ).toEqual([0.25, 1, 1]);
  });
});
