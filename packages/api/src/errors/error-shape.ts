import { TRPCError, type TRPC_ERROR_CODE_KEY, type TRPCDefaultErrorShape } from '@trpc/server';
import { getHTTPStatusCodeFromError } from '@trpc/server/http';
import { TRPC_ERROR_CODES_BY_KEY } from '@trpc/server/rpc';
import { AppError, type WireError } from '@muster/protocol/errors/app-error';
import { fromZodError } from '@muster/protocol/errors/zod-error';
import { z } from 'zod';
import { STATUS_OF_CODE } from './error-map.ts';

/** What a caller gets of an error: its code, words for a person and where to read more; never a stack. */
export type WireErrorShape = TRPCDefaultErrorShape & { data: { app: WireError | null } };

/** Knows what a library's failure means: a database that is away, say. */
export type Translate = (cause: unknown) => AppError | undefined;

/** The AppError behind whatever tRPC caught, or null when nobody expected it. */
export function appErrorOf(error: TRPCError, translate: Translate = () => undefined): AppError | null {
  if (AppError.is(error.cause)) return error.cause;
  const known = translate(error.cause);
  if (known) return known;
  if (error.cause instanceof z.core.$ZodError) return fromZodError(error.cause);
  return error.cause instanceof SyntaxError ? new AppError('BAD_INPUT', { publicMessage: 'The request is not JSON.' }) : null;
}

function withStatus(shape: TRPCDefaultErrorShape, code: TRPC_ERROR_CODE_KEY): TRPCDefaultErrorShape {
  const httpStatus = getHTTPStatusCodeFromError(new TRPCError({ code }));
  return { ...shape, code: TRPC_ERROR_CODES_BY_KEY[code], data: { ...shape.data, code, httpStatus } };
}

/** The error formatter of every router. An unexpected error loses its message and stack before it leaves. */
export function createErrorFormatter(translate?: Translate) {
  return ({ shape, error }: { shape: TRPCDefaultErrorShape; error: TRPCError }): WireErrorShape => {
    const app = appErrorOf(error, translate);
    const { code, data } = app === null ? shape : withStatus(shape, STATUS_OF_CODE[app.code]);
    const { stack: _stack, ...safe } = data;
    const unexpected = app === null && error.code === 'INTERNAL_SERVER_ERROR';
    const message = app?.publicMessage ?? (unexpected ? 'Something went wrong on our side.' : shape.message);
    return { code, message, data: { ...safe, app: app?.toWire() ?? null } };
  };
}
