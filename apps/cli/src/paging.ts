import { z } from 'zod';
import type { Command } from 'commander';
import { UsageError } from './usage-error.ts';

const schema = z.object({ limit: z.coerce.number().int().min(1).max(200), cursor: z.string().max(200).optional() });

export const withPaging = (command: Command): Command =>
  command
    .option('--limit <n>', 'how many to list at most (1-200)', '50')
    .option('--cursor <cursor>', 'continue where the last page ended (its nextCursor)');

export function readPaging(command: Command): { limit: number; cursor: string | null } {
  const parsed = schema.safeParse(command.opts());
  if (!parsed.success) throw new UsageError('--limit takes a number from 1 to 200.', 'For example: --limit 20');
  return { limit: parsed.data.limit, cursor: parsed.data.cursor ?? null };
}

/** The table, and how to get the next page. */
export const pageText = (table: string, nextCursor: string | null): string =>
  nextCursor === null ? table : `${table}\nThere is more: --cursor ${nextCursor}`;
