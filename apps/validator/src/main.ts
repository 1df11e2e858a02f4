import { AppError } from '@muster/protocol/errors/app-error';
import { exitOnEnvError } from '@muster/runtime/env';
import { createLifetime } from '@muster/runtime/lifetime';
import { createLogger } from '@muster/runtime/logger';
import { SetupError } from '@muster/runtime/setup-error';
import { docsPathOf } from '@muster/protocol/errors/codes';
import { readConfig } from './env.ts';
import { startValidator } from './validator.ts';

const config = exitOnEnvError(() => readConfig(process.env));
const { level, pretty } = config.log;
const logger = createLogger({ name: 'validator', level, ...(pretty === undefined ? {} : { pretty }) });
const lifetime = createLifetime({ logger });

try {
  const validator = await startValidator({ config, logger, signal: lifetime.signal });
  lifetime.onStop(() => validator.done);
  await validator.done;
} catch (error) {
  if (!lifetime.signal.aborted) {
    if (AppError.is(error))
      logger.fatal({ event: 'failed', code: error.code, hint: error.hint, docs: error.docsUrl, err: error.cause }, error.publicMessage);
    else if (error instanceof SetupError)
      logger.fatal({ event: 'failed', code: error.code, hint: error.hint, docs: docsPathOf(error.code) }, error.message);
    else logger.fatal({ event: 'failed', err: error }, 'the validator broke');
    process.exitCode = 1;
    await lifetime.stop('failed');
  }
}
