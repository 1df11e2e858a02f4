/** SQLSTATE of a PostgreSQL error, or the code of a socket's error. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** Deadlock or serialization failure: the same statement may well succeed now. */
export const isRetryable = (error: unknown): boolean => ['40P01', '40001'].includes(errorCode(error) ?? '');

/** The content of a statement's values was refused (bad text, number out of range, nested too deep). */
export const isDataError = (error: unknown): boolean => /^(22|54)/.test(errorCode(error) ?? '');
