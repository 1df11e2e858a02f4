import { describe, expect, it } from 'vitest';
import { logEntries } from './log-frames.ts';

const frame = (stream: 1 | 2, text: string): Buffer => {
  const body = Buffer.from(text);
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(body.length, 4);
  return Buffer.concat([header, body]);
};
const collect = async (chunks: Buffer[]) => {
  async function* source() {
    yield* chunks;
  }
  const entries = [];
  for await (const entry of logEntries(source())) entries.push(entry);
  return entries;
};

describe('log frames', () => {
  const bytes = Buffer.concat([frame(1, '2026-01-01T00:00:00.1Z hello wörld\n'), frame(2, '2026-01-01T00:00:00.2Z \n')]);
  const expected = [
    { at: '2026-01-01T00:00:00.1Z', stream: 'stdout', text: 'hello wörld' },
    { at: '2026-01-01T00:00:00.2Z', stream: 'stderr', text: '' },
  ];

  it('splits them wherever the stream is cut', async () => {
    for (let cut = 0; cut <= bytes.length; cut++) expect(await collect([bytes.subarray(0, cut), bytes.subarray(cut)])).toEqual(expected);
  });

  it('keeps back what is not complete', async () => {
    expect(await collect([bytes.subarray(0, bytes.length - 1)])).toEqual(expected.slice(0, 1));
  });
});
