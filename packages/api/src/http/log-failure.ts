import { getTRPCErrorFromUnknown } from '@trpc/server';
import { translateDatabaseError } from '@muster/db/database-error';
import { ERROR_CODES } from '@muster/protocol/errors/codes';
import type { Logger } from '@muster/runtime/logger';
import { appErrorOf } from '../errors/error-shape.ts';

export type LogFailure = (cause: unknown, path: string) => void;

/** The one place where a failed request is logged: unexpected errors whole, those that need an operator by their code, refusals not at all. */
export function createLogFailure(logger: Logger): LogFailure {
  return (cause, path) => {
    const error = getTRPCErrorFromUnknown(cause);
    const app = appErrorOf(error, translateDatabaseError);
    const where = path.slice(0, 64);
    if (app === null) {
      if (error.code === 'INTERNAL_SERVER_ERROR')
        logger.error({ event: 'request.failed', path: where, err: error.cause ?? error }, 'a request failed unexpectedly');
    } else if (ERROR_CODES[app.code].severity === 'error') {
      logger.error({ event: 'request.failed', path: where, code: app.code, err: app.cause }, app.publicMessage);
    }
  };
}
