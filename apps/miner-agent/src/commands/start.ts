import { AppError } from '@muster/protocol/errors/app-error';
import { createLifetime } from '@muster/runtime/lifetime';
import { createLogger } from '@muster/runtime/logger';
import { SetupError } from '@muster/runtime/setup-error';
import { runAgent } from '../agent.ts';
import { requireRunId, type Config } from '../config.ts';
import { asForeseen, fail } from './fail.ts';

export async function startCommand(config: Config): Promise<void> {
  // Before anything is made or logged.
  requireRunId(config);
  const { level, pretty } = config.log;
  const isForPeople = pretty ?? process.stdout.isTTY ?? false;
  const logger = createLogger({ name: 'miner', level, pretty: isForPeople, unsaid: ['runId', 'node'] });
  const lifetime = createLifetime({ logger });
  try {
    await runAgent(config, { logger, lifetime });
  } catch (cause) {
    if (!lifetime.signal.aborted) {
      const error = asForeseen(cause);
      const code = error instanceof AppError || error instanceof SetupError ? error.code : 'INTERNAL';
      // A person reads it below, in words.
      logger.error({ event: 'failed', code, ...(isForPeople ? {} : { err: error }) }, 'the agent cannot go on');
      fail(error);
    }
  }
  await lifetime.stop('the agent has ended');
  // All is closed and written. A connection that discovery keeps open must not hold the process until systemd kills it.
  process.exit();
}
