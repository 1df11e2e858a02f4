import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { EngineMemory } from '../ports/container-runtime.ts';
import { endedWithEngine } from './ended-with-engine.ts';

const NOW = Date.parse('2026-01-01T12:00:00Z');
const ago = (seconds: number) => new Date(NOW - seconds * 1000).toISOString();
/** Of an engine that began ten minutes ago and has a default bridge; without one, what it remembers has to do. */
const bridged = (change: Partial<EngineMemory> = {}): EngineMemory => ({
  now: NOW,
  beganAt: NOW - 600_000,
  oldest: null,
  mayHaveForgotten: false,
  started: new Set(),
  ...change,
});
const bare = (change: Partial<EngineMemory> = {}) => bridged({ beganAt: null, oldest: NOW - 600_000, ...change });
/** Was started an hour ago. */
const container = (endedAgo: number, exitCode: number, change: { startedAt?: string; oomKilled?: boolean } = {}) => ({
  id: 'c',
  startedAt: ago(3_600),
  finishedAt: ago(endedAgo),
  exitCode,
  oomKilled: false,
  ...change,
});

it.each([
  ['the new engine ended it as it began', container(599, 0), bridged(), true],
  ['the old one ended it before it went', container(605, 0), bridged(), true],
  ['it ended by a signal, and the engine stayed away for long', container(2_000, 137), bridged(), true],
  ['it ended by itself long before the engine went', container(2_000, 0), bridged(), false],
  ['it ran out of memory long before the engine went', container(2_000, 137, { oomKilled: true }), bridged(), false],
  ['the engine that answers remembers its start', container(5, 137, { startedAt: ago(300) }), bridged({ started: new Set(['c']) }), false],
  [
    'the engine began before its start and has forgotten it',
    container(5, 137, { startedAt: ago(300) }),
    bridged({ mayHaveForgotten: true }),
    false,
  ],
  ['without a bridge: the engine would remember its start', container(605, 4), bare(), true],
  ['without a bridge: the engine remembers nothing yet', container(5, 0), bare({ oldest: null }), true],
  ['without a bridge: the engine remembers its start', container(5, 137), bare({ started: new Set(['c']) }), false],
  ['without a bridge: the engine may have forgotten its start', container(5, 137), bare({ mayHaveForgotten: true }), false],
  ['without a bridge: the engine remembers the time before', container(5, 137), bare({ oldest: NOW - 3_700_000 }), false],
  ['it never ran', { ...container(5, 137), startedAt: null, finishedAt: null }, bridged(), false],
])('%s', (_what, ended, memory, expected) => {
  expect(endedWithEngine(ended, memory)).toBe(expected);
});

/** One engine process: it remembers its last events, of which the container's start was one. */
it('never blames an engine that was there from the start of the container to its end', () => {
  const moments = fc.tuple(fc.nat(1e6), fc.nat(1e6), fc.nat(1e6)).map(([engine, start, end]) => ({
    engine: NOW - 3_000_000 - engine,
    start: NOW - 2_000_000 - start,
    end: NOW - end,
  }));
  fc.assert(
    fc.property(moments, fc.nat(400), fc.boolean(), fc.integer({ min: 0, max: 255 }), (at, others, hasBridge, exitCode) => {
      // As many events as it keeps: what happened since pushes the start out.
      const events = [at.start, ...Array.from({ length: others }, (_, i) => at.start + 1 + i)].slice(-256);
      const memory: EngineMemory = {
        now: NOW,
        beganAt: hasBridge ? at.engine : null,
        oldest: Math.min(...events),
        mayHaveForgotten: events.length === 256,
        started: new Set(events.includes(at.start) ? ['c'] : []),
      };
      const [startedAt, finishedAt] = [at.start, at.end].map((ms) => new Date(ms).toISOString());
      return !endedWithEngine(
        { id: 'c', startedAt: startedAt ?? null, finishedAt: finishedAt ?? null, exitCode, oomKilled: false },
        memory,
      );
    }),
  );
});

/** Whatever the container answered to the signal. */
it('always tells of an engine that took the container with it within its restart', () => {
  fc.assert(
    fc.property(fc.nat(3e6), fc.nat(60_000), fc.integer({ min: 0, max: 255 }), fc.boolean(), (life, away, exitCode, hasBridge) => {
      const began = NOW - 600_000;
      const finished = began - away;
      const memory: EngineMemory = {
        now: NOW,
        beganAt: hasBridge ? began : null,
        oldest: began,
        mayHaveForgotten: false,
        started: new Set(),
      };
      const [startedAt, finishedAt] = [finished - life - 1, finished].map((ms) => new Date(ms).toISOString());
      return endedWithEngine({ id: 'c', startedAt: startedAt ?? null, finishedAt: finishedAt ?? null, exitCode, oomKilled: false }, memory);
    }),
  );
});
