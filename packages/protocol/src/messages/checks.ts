import type { Hex } from 'viem';

import { AppError } from '../errors/app-error.ts';

export type ProtocolError = AppError<
  | 'PAYLOAD_TOO_LARGE'
  | 'BAD_INPUT'
  | 'UNKNOWN_FIELD'
  | 'AUDIENCE_WRONG'
  | 'CLOCK_SKEW'
  | 'MESSAGE_EXPIRED'
  | 'LIFETIME_TOO_LONG'
  | 'SIGNATURE_INVALID'
>;

type Fields = Readonly<Record<string, unknown>>;

/** "The receiver refuses issuedAt over 30 s ahead." */
export const MAX_SKEW_MS = 30_000;
const MAX_FIELDS = 64;

/** Counts characters one level deep, which is as deep as messages go, before zod looks at anything. */
export function checkSize(envelope: unknown, maxChars: number): ProtocolError | undefined {
  if (!isRecord(envelope) || !isRecord(envelope['message'])) return undefined;
  const values = Object.values(envelope['message']);
  const chars = values.reduce((sum: number, value) => sum + (typeof value === 'string' ? value.length : 0), 0);
  if (chars <= maxChars && values.length <= MAX_FIELDS) return undefined;
  return new AppError('PAYLOAD_TOO_LARGE', { data: { maxChars } });
}

function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}

/** "The receiver refuses a wrong audience." */
export function checkAudience(message: Fields, audience: Hex | undefined): ProtocolError | undefined {
  if (message['audience'] === audience?.toLowerCase()) return undefined;
  return new AppError('AUDIENCE_WRONG', { data: { audience: message['audience'] } });
}

/** "…issuedAt over 30 s ahead, expiresAt past, a lifetime over the type's cap." The refusal carries the receiver's clock. */
export function checkTime(message: Fields, { capMs, now }: { capMs: number | null; now: number }): ProtocolError | undefined {
  const { issuedAt, expiresAt } = message;
  if (capMs === null || typeof issuedAt !== 'number' || typeof expiresAt !== 'number') return undefined;
  if (issuedAt > now + MAX_SKEW_MS) return new AppError('CLOCK_SKEW', { data: { now, issuedAt } });
  if (expiresAt <= now || expiresAt <= issuedAt) return new AppError('MESSAGE_EXPIRED', { data: { now, expiresAt } });
  if (expiresAt - issuedAt > capMs) return new AppError('LIFETIME_TOO_LONG', { data: { capMs } });
  return undefined;
}
