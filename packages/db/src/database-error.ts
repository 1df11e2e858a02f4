import { AppError } from '@muster/protocol/errors/app-error';
import type { ErrorCode } from '@muster/protocol/errors/codes';
import { errorCode } from './sql/error-class.ts';

/** The codes that a database can fail with, as opposed to what is asked of it. */
export type DatabaseErrorCode = Extract<
  ErrorCode,
  'DATABASE_UNAVAILABLE' | 'DISK_FULL' | 'DATA_DIR_UNUSABLE' | 'STATE_CORRUPT' | 'PORT_IN_USE' | 'TOOL_MISSING'
>;

export interface DatabaseErrorDetails {
  /** The next step for the reader. */
  hint: string;
  cause?: unknown;
  /** Tells apart what shares a code. */
  reason?: 'busy' | 'orphans' | 'version' | 'permissions' | 'migration';
}

/** A failure of the database itself: `message` names the cause, `hint` the fix. */
export function databaseError(code: DatabaseErrorCode, message: string, { hint, cause, reason }: DatabaseErrorDetails): AppError {
  return new AppError(code, { publicMessage: message, hint, cause, data: reason === undefined ? undefined : { reason } });
}

const UNAVAILABLE = /^(08|57P|53300|3D000|28)|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|EHOSTUNREACH/;

/** A query's error as an AppError when the database itself is the cause; undefined for every other error. */
export function translateDatabaseError(error: unknown): AppError | undefined {
  const code = errorCode(error) ?? '';
  if (code === '53100' || code === 'ENOSPC')
    return new AppError('DISK_FULL', { publicMessage: "The database's disk is full.", cause: error });
  if (UNAVAILABLE.test(code)) return new AppError('DATABASE_UNAVAILABLE', { cause: error });
  // What pg says without a code when a connection ends under a query, or none can be had in time.
  if (
    error instanceof Error &&
    /^Connection terminated|timeout exceeded when trying to connect|^Client has encountered a connection error/.test(error.message)
  ) {
    return new AppError('DATABASE_UNAVAILABLE', { cause: error });
  }
  return undefined;
}
