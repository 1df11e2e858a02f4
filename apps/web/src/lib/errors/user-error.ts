import { AppError, type AppErrorData } from '@muster/protocol/errors/app-error';
import type { ErrorCode } from '@muster/protocol/errors/codes';
import { fromChainError } from './chain-error.ts';

/** An error as a page shows it. `code` is null where no page of ours explains it. */
export type UserError = { code: ErrorCode | null; message: string; hint: string; data: AppErrorData };

const UNREACHABLE: UserError = {
  code: 'UNAVAILABLE',
  message: 'The server does not answer.',
  hint: 'Check that it is running and that you are online. This page tries again by itself.',
  data: {},
};

/** Anything that was thrown, in words: our own errors by their code, wallet and chain errors by their kind. */
export function toUserError(error: unknown): UserError {
  const app = AppError.fromWire(error);
  if (app) return { code: app.code, message: app.publicMessage, hint: app.hint, data: app.data };
  const chain = fromChainError(error);
  if (chain) return { code: chain.code, message: chain.publicMessage, hint: chain.hint, data: chain.data };
  if (isUnreachable(error)) return UNREACHABLE;
  const message = error instanceof Error ? error.message : String(error);
  return { code: null, message: message.slice(0, 300), hint: 'Try again; if it stays so, reload the page.', data: {} };
}

/** Words that fetch, the WebSocket and a proxy that lost its server use for "nobody there". */
const UNREACHABLE_WORDS =
  /failed to fetch|fetch failed|networkerror|load failed|websocket closed|unexpected token|is not valid json|unable to transform response/i;

const isUnreachable = (error: unknown): boolean => error instanceof Error && UNREACHABLE_WORDS.test(error.message);

const PASSING: ReadonlySet<ErrorCode> = new Set([
  'UNAVAILABLE',
  'TIMED_OUT',
  'RATE_LIMITED',
  'RPC_UNAVAILABLE',
  'DATABASE_UNAVAILABLE',
  'INTERNAL',
]);

/** Whether asking again may help without anybody doing anything. */
export function isRetryable(error: unknown): boolean {
  const { code } = toUserError(error);
  return code === null || PASSING.has(code);
}

export const hasCode = (error: unknown, ...codes: ErrorCode[]): boolean => {
  const { code } = toUserError(error);
  return code !== null && codes.includes(code);
};
