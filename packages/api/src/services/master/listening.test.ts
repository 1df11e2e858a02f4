import { describe, expect, it } from 'vitest';
import { createListening } from './listening.ts';

const setup = () => createListening({ startedMs: 1_000, maxGapMs: 100 });

describe('createListening', () => {
  it('counts from the start while turns follow one another', () => {
    const listening = setup();
    for (let now = 1_050; now < 2_000; now += 50) {
      expect(listening.begin(now)).toBe(1_000);
      listening.end(now + 10);
    }
  });

  it('counts anew from the first turn after a long pause: the machine slept, or another copy led', () => {
    const listening = setup();
    listening.end(1_050);
    expect(listening.begin(9_000)).toBe(9_000);
    listening.end(9_010);
    expect(listening.begin(9_060)).toBe(9_000);
  });

  it('counts anew for as long as turns fail: without a database no heartbeat was heard', () => {
    const listening = setup();
    listening.end(1_050);
    expect([1_100, 1_150, 1_200, 1_250].map(listening.begin)).toEqual([1_000, 1_000, 1_200, 1_250]);
    listening.end(1_260);
    expect(listening.begin(1_300)).toBe(1_250);
  });
});
