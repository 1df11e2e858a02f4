export type LogRecord = { id: number; at: number; stream: 'stdout' | 'stderr'; text: string; allocationId: string };
export type LogBlock = { id: number; records: readonly LogRecord[] };
export type LogChunk = {
  allocationId: string;
  sequence: number;
  lines: readonly { at: number; stream: 'stdout' | 'stderr'; text: string }[];
};
export type LogSnapshot = { blocks: readonly LogBlock[]; total: number; dropped: number };

const BLOCK_LINES = 100;
const EMPTY: LogSnapshot = { blocks: [], total: 0, dropped: 0 };

/**
 * Lines as they arrive, in blocks that never change once full, so that a page draws the last block alone again.
 * Delivery is at least once: a chunk that was seen is ignored. Keeps the newest `maxLines`.
 */
export class LogBuffer {
  #snapshot = EMPTY;
  #nextId = 0;
  readonly #newest = new Map<string, number>();
  readonly #maxLines: number;

  constructor({ maxLines = 20_000 }: { maxLines?: number } = {}) {
    this.#maxLines = maxLines;
  }

  get snapshot(): LogSnapshot {
    return this.#snapshot;
  }

  /** Adds what is new of these chunks, by time; says whether there was anything. */
  append(chunks: readonly LogChunk[]): boolean {
    const fresh = chunks.filter((chunk) => this.#isNew(chunk));
    const lines = fresh.flatMap(({ allocationId, lines: chunkLines }) => chunkLines.map((line) => ({ ...line, allocationId })));
    if (lines.length === 0) return false;
    lines.sort((a, b) => a.at - b.at);
    this.#add(lines.map((line) => ({ id: this.#nextId++, ...line })));
    return true;
  }

  #isNew({ allocationId, sequence }: LogChunk): boolean {
    if (sequence <= (this.#newest.get(allocationId) ?? -1)) return false;
    this.#newest.set(allocationId, sequence);
    return true;
  }

  #add(records: readonly LogRecord[]): void {
    const blocks = [...this.#snapshot.blocks];
    let open: LogRecord[] = [];
    const last = blocks.at(-1);
    if (last && last.records.length < BLOCK_LINES) {
      blocks.pop();
      open = [...last.records];
    }
    for (const record of records) {
      open.push(record);
      if (open.length === BLOCK_LINES) {
        blocks.push(blockOf(open));
        open = [];
      }
    }
    if (open.length > 0) blocks.push(blockOf(open));
    this.#snapshot = this.#trim({ ...this.#snapshot, blocks, total: this.#snapshot.total + records.length });
  }

  #trim(snapshot: LogSnapshot): LogSnapshot {
    let { dropped } = snapshot;
    const blocks = [...snapshot.blocks];
    while (snapshot.total - dropped > this.#maxLines && blocks.length > 1) dropped += blocks.shift()?.records.length ?? 0;
    return { ...snapshot, blocks, dropped };
  }
}

const blockOf = (records: readonly LogRecord[]): LogBlock => ({ id: records[0]?.id ?? 0, records });
