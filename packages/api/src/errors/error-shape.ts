import { TRPCError, type TRPCDefaultErrorShape } from '@trpc/server';
import { AppError, type AppErrorWire } from '@muster/protocol/errors/app-error';
import { ZodError } from 'zod';
import { zodIssues } from './zod-issues.ts';

/** What a caller gets of an error: its code, words for a person and where to read more; never a stack. */
export type WireErrorShape = TRPCDefaultErrorShape & { data: { app: AppErrorWire | null } };

const appErrorOf = (error: TRPCError): AppError | null => {
  if (AppError.is(error.cause)) return error.cause;
  if (error.cause instanceof ZodError) {
    const issues = zodIssues(error.cause);
    return new AppError('BAD_INPUT', {
      publicMessage: issues.map((issue) => `${issue.path || 'input'}: ${issue.message}`).join('; '),
      data: { issues },
    });
  }
  return null;
};

/** tRPC error formatter shared by every router: unexpected errors lose their message and stack before they leave. */
export function formatError({ shape, error }: { shape: TRPCDefaultErrorShape; error: TRPCError }): WireErrorShape {
  const app = appErrorOf(error);
  const { stack: _stack, ...data } = shape.data;
  const unexpected = app === null && error.code === 'INTERNAL_SERVER_ERROR';
  const message = app?.publicMessage ?? (unexpected ? 'Something went wrong on our side.' : shape.message);
  return { ...shape, message, data: { ...data, app: app?.toWire() ?? null } };
}
