import { z } from 'zod';

import { docsPathOf, ERROR_CODES, isErrorCode, type ErrorCode } from './codes.ts';

export type AppErrorData = Readonly<Record<string, unknown>>;

export type AppErrorOptions = {
  /** For the other side's eyes; the code's title when left out. */
  publicMessage?: string | undefined;
  /** What to do next; the code's hint when left out. */
  hint?: string | undefined;
  /** Plain JSON that programs may read, such as `{now}` or `{issues}`. Public. */
  data?: AppErrorData | undefined;
  /** For our own log only; never crosses the wire. */
  cause?: unknown;
};

/** An error as it crosses a process boundary. */
export type WireError = { code: ErrorCode; message: string; hint: string; docsUrl: string; data: AppErrorData };

const wireErrorSchema = z.object({
  code: z.custom<ErrorCode>(isErrorCode),
  message: z.string().max(4096),
  hint: z.string().max(4096),
  docsUrl: z.string().max(256),
  data: z.record(z.string(), z.unknown()),
});

// A server bundle and its server components are two module graphs with a class each; the registered symbol is one for both.
const BRAND = Symbol.for('muster.AppError');

/** A refusal or failure with a code from the table; everything but `cause` and `stack` is public. */
export class AppError<C extends ErrorCode = ErrorCode> extends Error {
  override readonly name = 'AppError';
  readonly [BRAND] = true;
  readonly code: C;
  readonly publicMessage: string;
  readonly hint: string;
  readonly data: AppErrorData;
  readonly docsUrl: string;

  constructor(code: C, options: AppErrorOptions = {}) {
    const entry = ERROR_CODES[code];
    const publicMessage = options.publicMessage ?? entry.title;
    super(`${code}: ${publicMessage}`, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.publicMessage = publicMessage;
    this.hint = options.hint ?? entry.hint;
    this.data = options.data ?? {};
    this.docsUrl = docsPathOf(code);
  }

  static override [Symbol.hasInstance](value: unknown): value is AppError {
    return value instanceof Error && BRAND in value;
  }

  /** Whether `error` is an AppError (of this code, when one is given). */
  static is<C extends ErrorCode = ErrorCode>(error: unknown, code?: C): error is AppError<C> {
    return error instanceof AppError && (code === undefined || error.code === code);
  }

  toWire(): WireError {
    const { code, publicMessage, hint, docsUrl, data } = this;
    return { code, message: publicMessage, hint, docsUrl, data };
  }

  /**
   * The AppError that a peer sent: from the wire form itself, or from a tRPC client error that carries it in `data.app`.
   * Undefined when there is none, or when its code is not in this version's table.
   */
  static fromWire(value: unknown): AppError | undefined {
    if (value instanceof AppError) return value;
    const parsed = wireErrorSchema.safeParse(value);
    if (!parsed.success) return fromNested(value);
    const { code, message, hint, data } = parsed.data;
    return new AppError(code, { publicMessage: message, hint, data });
  }
}

const nestedSchema = z.object({ data: z.object({ app: wireErrorSchema }) });

function fromNested(value: unknown): AppError | undefined {
  const nested = nestedSchema.safeParse(value);
  return nested.success ? AppError.fromWire(nested.data.data.app) : undefined;
}
