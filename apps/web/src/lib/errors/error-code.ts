import { isErrorCode, type ErrorCode } from '@muster/protocol/errors/codes';

/** A code of our table, or null for one that this build does not know. */
export const asErrorCode = (code: string): ErrorCode | null => (isErrorCode(code) ? code : null);
