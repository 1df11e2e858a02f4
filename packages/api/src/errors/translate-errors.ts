import { TRPCError } from '@trpc/server';
import { AppError } from '@muster/protocol/errors/app-error';
import { STATUS_OF_CODE } from './error-map.ts';

/** Gives an AppError thrown by a service its tRPC code, so that HTTP status and client retry rules follow. */
export function translateError(error: TRPCError): TRPCError {
  const cause = error.cause;
  if (!AppError.is(cause)) return error;
  return new TRPCError({ code: STATUS_OF_CODE[cause.code], message: cause.publicMessage, cause });
}
