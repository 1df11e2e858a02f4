import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readJsonFile, writeFileAtomic } from '@muster/runtime/atomic-file';
import type { LogLine } from '@muster/protocol/messages/log-frames';
import { z } from 'zod';
import { logPositionSchema, type LogPosition } from './log-position.ts';
import { blocksOf, chunkSchema, intoGap, type Gap, type SpoolChunk } from './spool-chunk.ts';

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
  append(lines: LogLine[], after: LogPosition | null): Promise<void>;
  /** Oldest first. */
  pending(limit: number): Promise<PendingChunk[]>;
  acknowledge(sequences: readonly number[]): Promise<void>;
  /** Replaces the oldest chunks by one mark until the spool is down to `maxBytes`, or nothing more may go. */
  shed(maxBytes: number): Promise<void>;
  readonly pendingCount: number;
  /** On disk. */
  readonly pendingBytes: number;
}

export interface LogSpoolOptions {
  directory: string;
  /** Undelivered lines are kept up to here; then the oldest give way to a mark that says how many they were. */
  maxBytes: number;
  /** Lines that gave way. */
  onDropped?: (lines: number) => void;
}

interface Kept {
  bytes: number;
  gap: Gap | null;
  /** Given out in this life: the master may have it, so it is what it is. */
  offered: boolean;
}

export async function openLogSpool({ directory, maxBytes, onDropped }: LogSpoolOptions): Promise<LogSpool> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const metaFile = join(directory, 'meta.json');
  const fileOf = (sequence: number) => join(directory, `chunk-${sequence}.json`);
  const meta = (await readJsonFile(metaFile, metaSchema)) ?? { newest: 0, after: null };
  let { newest, after: position } = meta;
  /** Oldest first. */
  const chunks = new Map<number, Kept>();
  let totalBytes = 0;
  let turn: Promise<unknown> = Promise.resolve();

  const onDisk = (await readdir(directory)).flatMap(sequenceOf).toSorted((a, b) => a - b);
  for (const sequence of onDisk) {
    const chunk = await readJsonFile(fileOf(sequence), chunkSchema);
    if (!chunk) continue;
    // A crash between writing a mark and removing what it stands for.
    for (const covered of chunks.keys()) if (chunk.gap && covered >= chunk.gap.from) await remove(covered);
    track(chunk, blocksOf(JSON.stringify(chunk)));
    if (sequence > newest) [newest, position] = [sequence, chunk.after];
  }

  function track({ sequence, gap }: SpoolChunk, bytes: number): void {
    totalBytes += bytes - (chunks.get(sequence)?.bytes ?? 0);
    chunks.set(sequence, { bytes, gap: gap ?? null, offered: chunks.get(sequence)?.offered ?? false });
  }

  async function remove(sequence: number): Promise<void> {
    await rm(fileOf(sequence), { force: true });
    totalBytes -= chunks.get(sequence)?.bytes ?? 0;
    chunks.delete(sequence);
  }

  async function writeChunk(chunk: SpoolChunk): Promise<void> {
    const text = JSON.stringify(chunk);
    await writeFileAtomic(fileOf(chunk.sequence), text);
    track(chunk, blocksOf(text));
  }

  /** Appending and shedding never overlap. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const own = turn.then(work);
    turn = own.catch(() => undefined);
    return own;
  }

  async function append(lines: LogLine[], after: LogPosition | null): Promise<void> {
    await writeChunk({ sequence: newest + 1, lines, after });
    newest += 1;
    position = after;
    await shed(maxBytes);
  }

  async function shed(limitBytes: number): Promise<void> {
    if (totalBytes <= limitBytes) return;
    for (const [sequence, { offered }] of chunks) {
      if (totalBytes <= limitBytes || sequence === newest) return;
      if (!offered) await drop(sequence);
    }
  }

  /** The mark takes the place of the last that was dropped, so that what is read stays in order; one mark per gap, however long. */
  async function drop(sequence: number): Promise<void> {
    const chunk = await readJsonFile(fileOf(sequence), chunkSchema);
    // Acknowledged or offered while we looked.
    if (!chunk || chunks.get(sequence)?.offered !== false) return;
    const before = [...chunks.keys()].filter((other) => other < sequence).at(-1);
    const kept = before === undefined ? undefined : chunks.get(before);
    const joins = before !== undefined && kept?.gap && !kept.offered ? await readJsonFile(fileOf(before), chunkSchema) : null;
    if (chunk.gap && !joins) return;
    const at = joins?.lines[0]?.at ?? 0;
    await writeChunk(intoGap(chunk, joins?.gap ? { gap: joins.gap, at } : null));
    if (joins) await remove(joins.sequence);
    if (!chunk.gap) onDropped?.(chunk.lines.length);
  }

  async function pending(limit: number): Promise<PendingChunk[]> {
    const found: PendingChunk[] = [];
    for (const [sequence, kept] of chunks) {
      if (found.length >= limit) break;
      kept.offered = true;
      const chunk = await readJsonFile(fileOf(sequence), chunkSchema);
      if (chunk) found.push({ sequence, lines: chunk.lines });
    }
    return found;
  }

  async function acknowledge(sequences: readonly number[]): Promise<void> {
    const known = sequences.filter((sequence) => chunks.has(sequence));
    if (known.length === 0) return;
    // Before the newest chunk goes, its number and position must be written elsewhere.
    if (known.includes(newest)) await writeFileAtomic(metaFile, JSON.stringify({ newest, after: position }));
    for (const sequence of known) await remove(sequence);
  }

  return {
    get position() {
      return position;
    },
    get pendingCount() {
      return chunks.size;
    },
    get pendingBytes() {
      return totalBytes;
    },
    append: (lines, after) => inTurn(() => append(lines, after)),
    shed: (limitBytes) => inTurn(() => shed(limitBytes)),
    pending,
    acknowledge,
  };
}

function sequenceOf(name: string): number[] {
  const match = /^chunk-(\d+)\.json$/.exec(name);
  return match ? [Number(match[1])] : [];
}
