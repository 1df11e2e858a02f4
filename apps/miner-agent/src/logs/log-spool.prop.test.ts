import { createTempDir } from '@muster/runtime/temp-dir';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LogEntry } from '../ports/container-runtime.ts';
import { openLogSpool } from './log-spool.ts';
import { pumpLog } from './pump-log.ts';

/** A container's log as an engine keeps it: neighbours may share a nanosecond, stdout and stderr are stamped apart, clocks step. */
const logArbitrary = fc
  .array(fc.record({ step: fc.integer({ min: -2, max: 3 }), stream: fc.constantFrom<'stdout' | 'stderr'>('stdout', 'stderr') }), {
    maxLength: 60,
  })
  .map((rows) => {
    let ns = 1_000;
    const used = new Set([ns]);
    return rows.map(({ step, stream }, index): LogEntry => {
      const before = ns;
      ns += step;
      // The same nanosecond twice, with others between: the clock would have to be set to hit it.
      while (ns !== before && used.has(ns)) ns += 1;
      used.add(ns);
      return { at: `2026-01-01T00:00:00.${String(ns).padStart(9, '0')}Z`, stream, text: `line ${index}` };
    });
  });

async function* stream(entries: readonly LogEntry[], breakAfter: number): AsyncGenerator<LogEntry> {
  for (const [index, entry] of entries.entries()) {
    if (index >= breakAfter) throw new Error('the engine went away');
    yield entry;
  }
}

describe('a log spool', () => {
  it('loses and doubles nothing, wherever the agent or the engine breaks off', async () => {
    await fc.assert(
      fc.asyncProperty(
        logArbitrary,
        fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 5 }),
        fc.boolean(),
        async (entries, breaks, acknowledges) => {
          const directory = await createTempDir('muster-spool');
          const delivered = new Map<number, string[]>();
          try {
            for (const breakAfter of [...breaks, Number.POSITIVE_INFINITY]) {
              // A new life: whatever was in memory is gone.
              const spool = await openLogSpool({ directory: directory.path, maxBytes: 1e9 });
              await pumpLog(stream(entries, breakAfter), { spool, flushMs: 10_000, onChunk: () => undefined }).catch(() => undefined);
              const pending = await spool.pending(100);
              for (const { sequence, lines } of pending)
                delivered.set(
                  sequence,
                  lines.map(({ text }) => text),
                );
              if (acknowledges) await spool.acknowledge(pending.map(({ sequence }) => sequence));
            }
          } finally {
            await directory.remove();
          }
          const sequences = [...delivered.keys()].toSorted((a, b) => a - b);
          expect(sequences).toEqual(sequences.map((_, index) => index + 1));
          expect(sequences.flatMap((sequence) => delivered.get(sequence))).toEqual(entries.map(({ text }) => text));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('never gives a number out twice, whatever was acknowledged before a crash', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('append', 'acknowledge-all', 'acknowledge-oldest', 'crash'), { maxLength: 25 }),
        async (steps) => {
          const directory = await createTempDir('muster-spool');
          try {
            let spool = await openLogSpool({ directory: directory.path, maxBytes: 1e9 });
            let appended = 0;
            const seen = new Set<number>();
            for (const step of steps) {
              const pending = (await spool.pending(1_000)).map(({ sequence }) => sequence);
              if (step === 'append')
                await spool.append([{ at: 1, stream: 'stdout', text: `${(appended += 1)}` }], { at: 'x', count: appended });
              if (step === 'acknowledge-all') await spool.acknowledge(pending);
              if (step === 'acknowledge-oldest') await spool.acknowledge(pending.slice(0, 1));
              if (step === 'crash') spool = await openLogSpool({ directory: directory.path, maxBytes: 1e9 });
              for (const { sequence, lines } of await spool.pending(1_000)) {
                expect(lines[0]?.text).toBe(String(sequence));
                seen.add(sequence);
              }
            }
            expect(seen.size).toBe(appended);
          } finally {
            await directory.remove();
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('stays within its bounds and marks what it dropped where it dropped it', async () => {
    const directory = await createTempDir('muster-spool');
    const spool = await openLogSpool({ directory: directory.path, maxBytes: 3_000 });
    for (let i = 1; i <= 20; i++) await spool.append([{ at: i, stream: 'stdout', text: 'x'.repeat(900) }], { at: 'x', count: i });
    const chunks = await spool.pending(100);
    expect(chunks.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    expect(chunks[0]?.lines[0]?.text).toContain('1 lines were dropped here');
    expect(chunks.at(-1)?.lines[0]?.text).toBe('x'.repeat(900));
    const kept = chunks.filter(({ lines }) => lines[0]?.text.startsWith('x')).length;
    expect(kept).toBeLessThanOrEqual(3);
    await directory.remove();
  });
});
