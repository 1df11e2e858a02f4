import type { LogEntry } from '../../ports/container-runtime.ts';

const HEADER_BYTES = 8;

/**
 * Splits the engine's multiplexed log stream (8-byte header: stream, three zeros, length; then one entry that begins with its
 * timestamp) into entries. An entry over 16 KiB comes from the engine in several pieces, each of which is an entry here.
 */
export async function* logEntries(chunks: AsyncIterable<Uint8Array | string>): AsyncGenerator<LogEntry> {
  let pending: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    const bytes = Buffer.from(chunk);
    pending = pending.length === 0 ? bytes : Buffer.concat([pending, bytes]);
    let offset = 0;
    while (pending.length - offset >= HEADER_BYTES) {
      const end = offset + HEADER_BYTES + pending.readUInt32BE(offset + 4);
      if (pending.length < end) break;
      yield parseEntry(pending[offset] === 2 ? 'stderr' : 'stdout', pending.toString('utf8', offset + HEADER_BYTES, end));
      offset = end;
    }
    pending = pending.subarray(offset);
  }
}

function parseEntry(stream: LogEntry['stream'], line: string): LogEntry {
  const space = line.indexOf(' ');
  return { at: line.slice(0, space), stream, text: line.slice(space + 1).replace(/\r?\n$/, '') };
}
