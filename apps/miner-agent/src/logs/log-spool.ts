import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readJsonFile, writeFileAtomic } from '@muster/runtime/atomic-file';
import { logLineSchema, type LogLine } from '@muster/protocol/messages/log-frames';
import { z } from 'zod';
import { logPositionSchema, type LogPosition } from './log-position.ts';

const chunkSchema = z.strictObject({ sequence: z.int().positive(), lines: z.array(logLineSchema), after: logPositionSchema });
const metaSchema = z.strictObject({ newest: z.int().nonnegative(), after: logPositionSchema.nullable() });

/** Lines of one allocation that wait for the master's acknowledgment. */
export interface PendingChunk {
  sequence: number;
  lines: LogLine[];
}

/**
 * A container's log between the engine and the master: numbered chunks, one file each, written whole and flushed before anybody
 * sees them. A chunk holds the log position after it, so a crash neither loses nor doubles a line.
 */
export interface LogSpool {
  readonly position: LogPosition | null;
  append(lines: LogLine[], after: LogPosition): Promise<void>;
  /** Oldest first. */
  pending(limit: number): Promise<PendingChunk[]>;
  acknowledge(sequences: readonly number[]): Promise<void>;
  readonly pendingCount: number;
  readonly pendingBytes: number;
}

export interface LogSpoolOptions {
  directory: string;
  /** Unacknowledged lines are kept up to here; then the oldest chunks shrink to a note of what was dropped. */
  maxBytes: number;
}

export async function openLogSpool({ directory, maxBytes }: LogSpoolOptions): Promise<LogSpool> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const metaFile = join(directory, 'meta.json');
  const fileOf = (sequence: number) => join(directory, `chunk-${sequence}.json`);
  const meta = (await readJsonFile(metaFile, metaSchema)) ?? { newest: 0, after: null };
  let { newest, after: position } = meta;
  /** Sequence → bytes of text, oldest first. */
  const sizes = new Map<number, number>();
  let totalBytes = 0;

  for (const sequence of (await readdir(directory)).flatMap(sequenceOf).toSorted((a, b) => a - b)) {
    const chunk = await readJsonFile(fileOf(sequence), chunkSchema);
    if (!chunk) continue;
    track(sequence, bytesOf(chunk.lines));
    if (sequence > newest) [newest, position] = [sequence, chunk.after];
  }

  function track(sequence: number, bytes: number): void {
    totalBytes += bytes - (sizes.get(sequence) ?? 0);
    sizes.set(sequence, bytes);
  }

  async function writeChunk(sequence: number, lines: LogLine[], after: LogPosition): Promise<void> {
    await writeFileAtomic(fileOf(sequence), JSON.stringify({ sequence, lines, after }));
    track(sequence, bytesOf(lines));
  }

  async function append(lines: LogLine[], after: LogPosition): Promise<void> {
    await writeChunk(newest + 1, lines, after);
    newest += 1;
    position = after;
    for (const [sequence, bytes] of sizes) {
      if (totalBytes <= maxBytes || sequence === newest) break;
      if (bytes > NOTE_BYTES) await shrink(sequence);
    }
  }

  /** The sequence stays without a hole; the gap is marked where it is. */
  async function shrink(sequence: number): Promise<void> {
    const chunk = await readJsonFile(fileOf(sequence), chunkSchema);
    if (!chunk) return;
    const at = chunk.lines[0]?.at ?? 0;
    const text = `[muster] ${chunk.lines.length} lines were dropped here: the node could not deliver its log in time`;
    await writeChunk(sequence, [{ at, stream: 'stderr', text }], chunk.after);
  }

  async function pending(limit: number): Promise<PendingChunk[]> {
    const found: PendingChunk[] = [];
    for (const sequence of sizes.keys()) {
      if (found.length >= limit) break;
      const chunk = await readJsonFile(fileOf(sequence), chunkSchema);
      if (chunk) found.push({ sequence, lines: chunk.lines });
    }
    return found;
  }

  async function acknowledge(sequences: readonly number[]): Promise<void> {
    const known = sequences.filter((sequence) => sizes.has(sequence));
    if (known.length === 0) return;
    // Before the newest chunk goes, its number and position must be written elsewhere.
    if (known.includes(newest)) await writeFileAtomic(metaFile, JSON.stringify({ newest, after: position }));
    for (const sequence of known) {
      await rm(fileOf(sequence), { force: true });
      totalBytes -= sizes.get(sequence) ?? 0;
      sizes.delete(sequence);
    }
  }

  return {
    get position() {
      return position;
    },
    get pendingCount() {
      return sizes.size;
    },
    get pendingBytes() {
      return totalBytes;
    },
    append,
    pending,
    acknowledge,
  };
}

const NOTE_BYTES = 200;
const bytesOf = (lines: readonly LogLine[]): number => lines.reduce((sum, { text }) => sum + Buffer.byteLength(text) + 32, 0);

function sequenceOf(name: string): number[] {
  const match = /^chunk-(\d+)\.json$/.exec(name);
  return match ? [Number(match[1])] : [];
}
