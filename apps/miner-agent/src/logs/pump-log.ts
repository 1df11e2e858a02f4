import { MAX_LINE_CHARS, MAX_LINES_PER_CHUNK, type LogLine } from '@muster/protocol/messages/log-frames';
import type { LogEntry } from '../ports/container-runtime.ts';
import { advance, entriesAfter, type LogPosition } from './log-position.ts';
import type { LogSpool } from './log-spool.ts';
import { rotatedAway } from './spool-chunk.ts';

export interface PumpOptions {
  spool: Pick<LogSpool, 'append'>;
  containerId: string;
  /** Where in this container's log to go on; null at its beginning. */
  from: LogPosition | null;
  /** The engine has lost what came before the first of these entries. */
  isRotated: boolean;
  /** A quiet container's lines wait no longer than this. */
  flushMs: number;
  onChunk: () => Promise<void> | void;
}

const MAX_CHUNK_CHARS = 64 * 1024;

/** Moves entries from the engine into the spool, in chunks, until they end. A slow disk slows the reading down. */
export async function pumpLog(
  entries: AsyncIterable<LogEntry>,
  { spool, containerId, from, isRotated, flushMs, onChunk }: PumpOptions,
): Promise<void> {
  let lines: LogLine[] = [];
  let chars = 0;
  let position = from;
  let writing: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;

  function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    if (lines.length === 0 || position === null) return writing;
    const [batch, after] = [lines, position];
    [lines, chars] = [[], 0];
    writing = writing.then(() => spool.append(batch, after)).then(onChunk);
    return writing;
  }

  try {
    for await (const entry of entriesAfter(isRotated ? null : from, entries)) {
      const line = toLine(entry);
      if (isRotated && position === from) lines.push(rotatedAway(line));
      position = advance(position, entry, containerId);
      lines.push(line);
      chars += line.text.length;
      // A failure of a timed flush surfaces at the next awaited one.
      timer ??= setTimeout(() => void flush().catch(() => undefined), flushMs);
      if (lines.length >= MAX_LINES_PER_CHUNK - 1 || chars >= MAX_CHUNK_CHARS) await flush();
    }
  } finally {
    await flush();
  }
}

/** NUL cannot be stored as text by the master's database. */
function toLine({ at, stream, text }: LogEntry): LogLine {
  return { at: Math.max(0, Date.parse(at) || 0), stream, text: text.slice(0, MAX_LINE_CHARS).replaceAll('\0', '\uFFFD') };
}
