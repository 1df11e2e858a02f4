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
