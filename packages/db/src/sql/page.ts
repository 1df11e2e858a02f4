import { AppError } from '@muster/protocol/errors/app-error';

export interface PageQuery {
  /** From the previous page's `nextCursor`. */
  cursor?: string | null | undefined;
  /** 1 to 200; 50 when absent. */
  limit?: number | undefined;
}

export interface Page<T> {
  items: T[];
  /** Null on the last page. */
  nextCursor: string | null;
}

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 200;

export const pageLimit = ({ limit = DEFAULT_LIMIT }: PageQuery): number => Math.min(Math.max(Math.trunc(limit), 1), MAX_LIMIT);

/** Cuts a page out of `found`, which was asked for with one row more than the page holds. */
export function toPage<T>(found: T[], query: PageQuery, cursorOf: (item: T) => string): Page<T> {
  const limit = pageLimit(query);
  const items = found.slice(0, limit);
  const last = items.at(-1);
  return { items, nextCursor: found.length > limit && last !== undefined ? cursorOf(last) : null };
}

/** The parts of the query's cursor, or null on the first page. Throws BAD_INPUT for a cursor that this list did not give out. */
export function cursorParts({ cursor }: PageQuery, pattern: RegExp): string[] | null {
  if (cursor === null || cursor === undefined) return null;
  const match = pattern.exec(cursor);
  if (match === null) throw new AppError('BAD_INPUT', { publicMessage: 'The cursor is none of this list.' });
  return match.slice(1);
}

const ID = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** The cursor of a list whose pages end with an id. Throws BAD_INPUT. */
export const idCursor = (query: PageQuery): string | null => cursorParts(query, ID)?.[0] ?? null;
