/** Why the database cannot be used, with the reader's next step in `hint`. */
export type DatabaseErrorCode =
  | 'DATABASE_UNREACHABLE'
  | 'DATABASE_DISK_FULL'
  | 'DATABASE_DATA_DIR_VERSION'
  | 'DATABASE_DATA_DIR_BUSY'
  | 'DATABASE_DATA_DIR_BROKEN'
  | 'DATABASE_NOT_SUPPORTED'
  | 'DATABASE_MIGRATION_FAILED'
  | 'DATABASE_START_FAILED';

/** A failure of the database itself (never of a query's content): `message` names the cause, `hint` the fix. */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError';
  readonly code: DatabaseErrorCode;
  readonly hint: string;

  constructor(code: DatabaseErrorCode, message: string, options: { hint: string; cause?: unknown }) {
    super(message, { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
  }

  static is(error: unknown): error is DatabaseError {
    return error instanceof DatabaseError;
  }
}
