import type { Database } from '../client.ts';
import { toJson } from '../sql/json.ts';
import { execute } from '../sql/query.ts';

export interface NewLogChunk {
  allocationId: string;
  sequence: number;
  /** At least one; `at` is the container runtime's clock in unix ms. */
  lines: readonly { at: number; stream: string; text: string }[];
}

/**
 * Keeps chunks, each once however often it is sent; durable when it returns. Returns what the node may forget, which is
 * everything that it sent: a chunk that was known already was kept the first time.
 */
export async function appendLogChunks(db: Database, chunks: readonly NewLogChunk[]): Promise<{ allocationId: string; sequence: number }[]> {
  if (chunks.length === 0) return [];
  const times = chunks.map(({ lines }) => lines.map(({ at }) => at));
  await execute(
    db.hot,
    `INSERT INTO "LogChunk" ("allocationId", sequence, "firstAt", "lastAt", lines, "sizeBytes")
     SELECT id, sequence, to_timestamp(first / 1000), to_timestamp(last / 1000), lines::jsonb, octet_length(lines)
     FROM unnest($1::text[], $2::bigint[], $3::float8[], $4::float8[], $5::text[]) AS chunk(id, sequence, first, last, lines)
     ON CONFLICT ("allocationId", sequence) DO NOTHING`,
    [
      chunks.map(({ allocationId }) => allocationId),
      chunks.map(({ sequence }) => sequence),
      times.map((at) => at.reduce((a, b) => Math.min(a, b), at[0] ?? 0)),
      times.map((at) => at.reduce((a, b) => Math.max(a, b), at[0] ?? 0)),
      chunks.map(({ lines }) => toJson(lines)),
    ],
  );
  return chunks.map(({ allocationId, sequence }) => ({ allocationId, sequence }));
}
