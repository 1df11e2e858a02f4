import type { TRPCError } from '@trpc/server';
import { translateDatabaseError } from '@muster/db/database-error';

type Result = { ok: true } | { ok: false; error: TRPCError };

/** tRPC middleware: a database that is away is DATABASE_UNAVAILABLE to callers, who may try again, and not an error of ours. */
export async function withDatabaseErrors<R extends Result>({ next }: { next: () => Promise<R> }): Promise<R> {
  const result = await next();
  const known = result.ok ? undefined : translateDatabaseError(result.error.cause);
  if (known) throw known;
  return result;
}
