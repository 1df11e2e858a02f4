import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
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
              const from = spool.position;
              const options = { spool, containerId: 'c', from, isRotated: false, flushMs: 10_000, onChunk: () => undefined };
              await pumpLog(stream(entries, breakAfter), options).catch(() => undefined);
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

  it('says in the place of what it dropped how much that was, and keeps the rest in order, whatever is offered, acknowledged or lost', async () => {
    const step = fc.oneof(
      { weight: 6, arbitrary: fc.constant('append' as const) },
      { weight: 1, arbitrary: fc.constantFrom('shed', 'deliver', 'deliver-unheard', 'crash') },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const directory = await createTempDir('muster-spool');
        try {
          const open = () => openLogSpool({ directory: directory.path, maxBytes: 1e9 });
          let spool = await open();
          let appended = 0;
          // As the master keeps it: the first of a number counts.
          const master = new Map<number, string[]>();
          const deliver = async (limit: number) => {
            const chunks = await spool.pending(limit);
            for (const { sequence, lines } of chunks)
              if (!master.has(sequence))
                master.set(
                  sequence,
                  lines.map(({ text }) => text),
                );
            return chunks.map(({ sequence }) => sequence);
          };
          for (const one of steps) {
            if (one === 'append')
              await spool.append([{ at: 1, stream: 'stdout', text: `${(appended += 1)}` }], { at: 'x', count: appended });
            if (one === 'shed') await spool.shed(0);
            if (one === 'deliver') await spool.acknowledge(await deliver(3));
            if (one === 'deliver-unheard') await deliver(3);
            if (one === 'crash') spool = await open();
          }
          while (spool.pendingCount > 0) await spool.acknowledge(await deliver(5));
          const read = [...master].toSorted(([a], [b]) => a - b).flatMap(([, lines]) => lines);
          const numbers = read.filter((text) => !text.startsWith('[muster]')).map(Number);
          expect(numbers).toEqual([...new Set(numbers)].toSorted((a, b) => a - b));
          const dropped = read
            .flatMap((text) => /^\[muster\] (\d+) lines/.exec(text)?.[1] ?? [])
            .reduce((sum, count) => sum + Number(count), 0);
          // What was delivered unheard before a crash may be counted as dropped too: never the other way round.
          const isExact = !steps.includes('deliver-unheard') || !steps.includes('crash');
          if (isExact) expect(numbers.length + dropped).toBe(appended);
          else expect(numbers.length + dropped).toBeGreaterThanOrEqual(appended);
        } finally {
          await directory.remove();
        }
      }),
      { numRuns: 150 },
    );
  });

  it('stays within its bounds however long nobody takes anything, with one mark that counts lines and bytes', async () => {
    const directory = await createTempDir('muster-spool');
    const maxBytes = 40_000;
    const spool = await openLogSpool({ directory: directory.path, maxBytes });
    for (let i = 1; i <= 60; i++) await spool.append([{ at: i, stream: 'stdout', text: 'x'.repeat(900) }], { at: 'x', count: i });
    const sizes = await Promise.all((await readdir(directory.path)).map((name) => stat(join(directory.path, name))));
    expect(sizes.reduce((sum, { blocks }) => sum + blocks * 512, 0)).toBeLessThanOrEqual(maxBytes);
    const chunks = await spool.pending(100);
    const dropped = 60 - (chunks.length - 1);
    expect(chunks[0]).toMatchObject({ sequence: dropped, lines: [{ at: 1, stream: 'stderr' }] });
    expect(chunks[0]?.lines[0]?.text).toContain(`${dropped} lines (${dropped * 900} bytes) were dropped here`);
    expect(chunks.map(({ sequence }) => sequence)).toEqual(Array.from({ length: chunks.length }, (_, i) => dropped + i));
    await directory.remove();
  });

  it('counts nothing twice when it is killed between writing a mark and removing what that stands for', async () => {
    const directory = await createTempDir('muster-spool');
    const open = () => openLogSpool({ directory: directory.path, maxBytes: 1e9 });
    const spool = await open();
    for (let i = 1; i <= 3; i++) await spool.append([{ at: i, stream: 'stdout', text: `${i}` }], { at: 'x', count: i });
    const older = await readFile(join(directory.path, 'chunk-1.json'));
    await spool.shed(0);
    await writeFile(join(directory.path, 'chunk-1.json'), older);
    const texts = (await (await open()).pending(10)).flatMap(({ lines }) => lines.map(({ text }) => text));
    expect(texts).toEqual([expect.stringContaining('2 lines (2 bytes)'), '3']);
    await directory.remove();
  });
});
