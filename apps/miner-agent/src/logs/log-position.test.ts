import { describe, expect, it } from 'vitest';
import type { LogEntry } from '../ports/container-runtime.ts';
import { advance, entriesAfter, holds, positionIn, resumeFrom, type LogPosition } from './log-position.ts';

const entry = (at: string, text = at): LogEntry => ({ at, stream: 'stdout', text });
async function* from(entries: LogEntry[]) {
  yield* entries;
}
const textsAfter = async (position: LogPosition | null, entries: LogEntry[]) => {
  const texts: string[] = [];
  for await (const { text } of entriesAfter(position, from(entries))) texts.push(text);
  return texts;
};

describe('log position', () => {
  it('tells entries of one timestamp apart by counting', async () => {
    const entries = [entry('1', 'a'), entry('2', 'b'), entry('2', 'c'), entry('2', 'd')];
    const position = entries.slice(0, 3).reduce<LogPosition | null>((at, next) => advance(at, next), null);
    expect(position).toEqual({ at: '2', count: 2 });
    expect(await textsAfter(position, entries)).toEqual(['d']);
  });

  it('finds its entry although a clock stepped back after it', async () => {
    expect(await textsAfter({ at: '9', count: 1 }, [entry('8'), entry('9'), entry('3'), entry('4')])).toEqual(['3', '4']);
  });

  it('takes everything when the engine has rotated the position away', async () => {
    expect(await textsAfter({ at: '3', count: 1 }, [entry('5'), entry('6')])).toEqual(['5', '6']);
  });

  it('knows whether the engine still has the entry, and takes no other container for it', async () => {
    const log = () => from([entry('1'), entry('2'), entry('2'), entry('3')]);
    const answers = [
      { at: '2', count: 2 },
      { at: '2', count: 3 },
      { at: '0', count: 1 },
    ].map((position) => holds(position, log()));
    expect(await Promise.all(answers)).toEqual([true, false, false]);
    const position = advance(null, entry('1'), 'first');
    expect([positionIn(position, 'first'), positionIn(position, 'second'), positionIn(null, 'first')]).toEqual([position, null, null]);
  });

  it('asks the engine from well before, since its filter goes by the wall clock', () => {
    expect(resumeFrom(null)).toBeUndefined();
    expect(resumeFrom({ at: '2026-01-01T01:00:00.000000000Z', count: 1 })).toBe(Date.parse('2026-01-01T00:45:00Z'));
  });
});
