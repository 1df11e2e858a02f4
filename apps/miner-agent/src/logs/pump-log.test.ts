import type { LogLine } from '@muster/protocol/messages/log-frames';
import { expect, it } from 'vitest';
import type { LogEntry } from '../ports/container-runtime.ts';
import type { LogPosition } from './log-position.ts';
import { pumpLog } from './pump-log.ts';

const entry = (at: string): LogEntry => ({ at, stream: 'stdout', text: `line ${at}` });

async function pump(entries: LogEntry[], from: LogPosition | null, isRotated: boolean) {
  const chunks: { lines: LogLine[]; after: LogPosition }[] = [];
  const spool = { append: async (lines: LogLine[], after: LogPosition) => void chunks.push({ lines, after }) };
  async function* log() {
    yield* entries;
  }
  await pumpLog(log(), { spool, containerId: 'c', from, isRotated, flushMs: 10_000, onChunk: () => undefined });
  return { texts: chunks.flatMap(({ lines }) => lines.map(({ text }) => text)), after: chunks.at(-1)?.after };
}

it('goes on behind the position, and remembers whose log it is', async () => {
  const { texts, after } = await pump([entry('1'), entry('2'), entry('3')], { at: '1', count: 1, container: 'c' }, false);
  expect(texts).toEqual(['line 2', 'line 3']);
  expect(after).toEqual({ at: '3', count: 1, container: 'c' });
});

it('takes the whole of a log that was rotated away under it, and says where lines are missing', async () => {
  const { texts, after } = await pump([entry('5'), entry('6')], { at: '1', count: 1, container: 'c' }, true);
  expect(texts).toEqual([expect.stringContaining('lines are missing here'), 'line 5', 'line 6']);
  expect(after).toEqual({ at: '6', count: 1, container: 'c' });
});
